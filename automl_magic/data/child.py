"""The process that parses a file. If it runs out of memory or time, the parent isn't affected.

`isolated.read_in_child` starts it as `main(request)`. It writes `table.arrow`, and `parsed.json`
with how it was read, or `problem.json` with the three parts of an error, into the private folder
named in the request.
"""

from __future__ import annotations

import importlib
import json
import resource
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.data.limits import ReadLimits
from automl_magic.data.sources.files import empty_file_error, quote_name
from automl_magic.data.sources.request import ReadRequest
from automl_magic.data.storage import to_storable
from automl_magic.errors import DataNotReadable, shorten
from automl_magic.records.codec import json_text
from automl_magic.records.data.missing import MissingWords

if TYPE_CHECKING:
    import pandas as pd

TABLE, PARSED, PROBLEM = "table.arrow", "parsed.json", "problem.json"
OUT_OF_MEMORY = 77


def main(request: str) -> int:
    """Read one file as described by a JSON request, and return the exit code."""
    options = json.loads(request)
    path, folder = Path(options["path"]), Path(options["folder"])
    limits = ReadLimits(**options["limits"])
    # The libraries count towards the address space limit, so load them before setting it.
    module, name = options["source"]
    source = getattr(importlib.import_module(module), name)()
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq  # noqa: F401

    source.preload()

    _limit(options["memory_bytes"], limits.seconds)
    try:
        parsed = source.parse(
            path,
            options["options"],
            ReadRequest(
                limits=limits,
                missing=MissingWords.from_json(options["missing"]),
                n_rows=options["n_rows"],
                count_missing=options["count_missing"],
            ),
        )
        check(path, parsed.frame, limits)
        _write_arrow(path, parsed.frame, folder / TABLE)
        document = {"options": parsed.options, "counts": parsed.counts}
        (folder / PARSED).write_text(json_text(document), encoding="ascii")
    except DataNotReadable as error:
        return _write_error(error, folder)
    except pd.errors.EmptyDataError:
        return _write_error(empty_file_error(path), folder)
    except (MemoryError, pa.ArrowMemoryError):
        return OUT_OF_MEMORY
    return 0


def check(path: Path, frame: pd.DataFrame, limits: ReadLimits) -> None:
    """Raise an error if the table is empty or too large."""
    if frame.shape[1] == 0:
        raise empty_file_error(path)
    if len(frame) == 0:
        raise DataNotReadable(
            f"{quote_name(path)} has no rows.",
            why=f"It only has a header with {frame.shape[1]:,} column names: "
            f"{shorten([quote_name(name, 40) for name in frame.columns])}.",
            fix="Use a file with rows.",
        )
    if len(frame) > limits.rows:
        raise DataNotReadable(
            f"{quote_name(path)} has too many rows.",
            why=f"It has {len(frame):,}. The limit is {limits.rows:,}.",
            fix="Use a sample of its rows, or raise the limit in Python: "
            f"data.load(path, limits=Limits(rows={len(frame)}))",
        )


def _write_error(error: DataNotReadable, folder: Path) -> int:
    problem = {"what": error.what, "why": error.why, "fix": error.fix}
    (folder / PROBLEM).write_text(json_text(problem), encoding="ascii")
    return 1


def _limit(memory_bytes: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (memory_bytes, memory_bytes))
    statm = Path("/proc/self/statm")
    # macOS counts address space in a way that makes this limit useless.
    if statm.exists():
        in_use = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + memory_bytes,) * 2)


def _write_arrow(path: Path, frame: pd.DataFrame, target: Path) -> None:
    import pyarrow as pa

    mixed = {}
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        if column.dtype == object and (plain := _plain(path, name, column)) is not None:
            mixed[name] = plain
    if mixed:
        frame = frame.assign(**mixed)
    table = pa.Table.from_pandas(frame, preserve_index=False, nthreads=1)
    with pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _plain(path: Path, name: str, column: pd.Series) -> pd.Series | None:
    """Return an object column converted to plain values, or None if it has plain values already."""
    import pandas as pd

    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind in ("decimal", "integer"):
        return to_storable(column)
    if kind == "date":
        return pd.to_datetime(column)
    if kind not in {"mixed", "mixed-integer", "time"}:
        return None
    if any(isinstance(value, list | dict) for value in column):
        raise DataNotReadable(
            f"{quote_name(path)} has a nested column.",
            why=f"Column {quote_name(name, 40)} has lists or objects.",
            fix="Remove it, or write its parts as separate columns, with pandas.json_normalize.",
        )
    return to_storable(column)
