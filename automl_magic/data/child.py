"""The process that parses a file: it may run out of memory or time, and nothing else is harmed.

Started by `isolated.read_in_child` as `main(request)`. Writes `table.arrow`, or `problem.json` with
the three parts of an error, into the private folder it was given.
"""

from __future__ import annotations

import importlib
import json
import resource
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.data.limits import Limits
from automl_magic.data.sources.files import empty, shown
from automl_magic.errors import DataNotReadable, shorten

if TYPE_CHECKING:
    import pandas as pd

TABLE, PROBLEM = "table.arrow", "problem.json"
OUT_OF_MEMORY = 77


def main(request: str) -> int:
    """Read one file as a JSON request says, and return the exit code."""
    asked = json.loads(request)
    path, folder, limits = Path(asked["path"]), Path(asked["folder"]), Limits(**asked["limits"])
    # The limit on addresses counts the libraries too, so they are loaded before it is set.
    module, name = asked["source"]
    source = getattr(importlib.import_module(module), name)()
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq  # noqa: F401

    _limit(asked["memory_bytes"], limits.seconds)
    try:
        frame = source.parse(path, asked["options"], limits, asked["n_rows"])
        check(path, frame, limits)
        _hand_over(path, frame, folder / TABLE)
    except DataNotReadable as error:
        return _report(error, folder)
    except pd.errors.EmptyDataError:
        return _report(empty(path), folder)
    except (MemoryError, pa.ArrowMemoryError):
        return OUT_OF_MEMORY
    return 0


def check(path: Path, frame: pd.DataFrame, limits: Limits) -> None:
    """Refuse what was read but is no table that anything can be learned from."""
    if frame.shape[1] == 0:
        raise empty(path)
    if len(frame) == 0:
        raise DataNotReadable(
            f"{shown(path)} has no rows.",
            why=f"It has {frame.shape[1]:,} column names and nothing below: "
            f"{shorten([shown(name, 40) for name in frame.columns])}.",
            fix="Give a file with rows in it.",
        )
    if len(frame) > limits.rows:
        raise DataNotReadable(
            f"{shown(path)} has too many rows.",
            why=f"It has {len(frame):,}; the limit is {limits.rows:,}.",
            fix="Use a sample of its rows, or raise the limit in Python: "
            f"data.load(path, limits=Limits(rows={len(frame)}))",
        )


def _report(error: DataNotReadable, folder: Path) -> int:
    problem = {"what": error.what, "why": error.why, "fix": error.fix}
    (folder / PROBLEM).write_text(json.dumps(problem), encoding="ascii")
    return 1


def _limit(memory_bytes: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (memory_bytes, memory_bytes))
    statm = Path("/proc/self/statm")
    # macOS counts addresses in a way that makes this limit useless; time and sizes still hold.
    if statm.exists():
        in_use = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + memory_bytes,) * 2)


def _hand_over(path: Path, frame: pd.DataFrame, target: Path) -> None:
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


def _plain(path: Path, name: str, column: pd.Series[Any]) -> pd.Series[Any] | None:
    """Return an object column as plain values, or None where it holds such already."""
    import pandas as pd

    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind == "decimal":
        return column.astype(float)
    if kind == "date":
        return pd.to_datetime(column)
    if kind not in {"mixed", "mixed-integer", "integer", "time"}:
        return None
    if any(isinstance(value, list | dict) for value in column):
        raise DataNotReadable(
            f"{shown(path)} has a column that is no plain value.",
            why=f"Column {shown(name, 40)} holds lists or objects.",
            fix="Leave it out, or write its parts as columns of their own "
            "(pandas.json_normalize does that).",
        )
    return column.where(column.isna(), column.map(str))
