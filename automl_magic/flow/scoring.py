"""Batch scoring: a table of any size, a model → a file of predictions."""

from __future__ import annotations

import glob
import os
import shlex
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from automl_magic.errors import DataNotReadable, FolderTaken, RunError
from automl_magic.files.atomic import check_file, making, writing_to
from automl_magic.flow.loaded import load
from automl_magic.runs.tracked_run import OnEvent

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.batch import Reader, Scored

StrPath: TypeAlias = str | os.PathLike[str]
PAUSE_S = 0.1  # between two events


def predict(
    run_or_model: str,
    data: StrPath | pd.DataFrame,
    output: StrPath,
    *,
    keep: Iterable[str] = (),
    keep_all: bool = False,
    resume: bool = False,
    overwrite: bool = False,
    on_event: OnEvent | None = None,
) -> Scored:
    """Predict the rows of a table, in its order, with a run's model or a registered one.

    The table may be larger than memory. The file appears when all its rows are there. A process
    that was killed leaves what it had done in a hidden folder beside the output, for `resume`.

    Parameters
    ----------
    run_or_model : str
        A run id, or `models:/NAME@ALIAS`, `models:/NAME/VERSION`.
    data : path, `sklearn:NAME` or DataFrame
        CSV, Parquet or JSON lines, text also gzip-compressed; a folder or a pattern (`*.parquet`)
        of Parquet files, in the order of their names. A target column in it is ignored.
    output : path
        `.csv`, `.parquet` or `.jsonl`. The kept columns, a column `prediction`, and for classes
        one `probability_CLASS` each.
    keep, keep_all
        Columns of the table that are carried along.
    resume : bool
        Go on after the rows that a killed process had done; the model, the table and what was
        asked for must be the same.
    overwrite : bool
        Replace a file that is there, and throw away what a killed process had done.
    on_event : callable, optional
        Called with an event `rows` about ten times a second.

    Raises
    ------
    RunNotFound, ModelNotFound, DataError, ArtifactTampered, FolderTaken, FolderBusy,
    FolderNotWritable, RunError
    """
    from automl_magic.batch import score
    from automl_magic.batch.formats import writer_of

    path = Path(output).absolute()
    check_file(path)
    writer_of(path)
    if path.exists() and not overwrite:
        raise FolderTaken(
            f"{str(output)!r} exists already.",
            why="The predictions would take its place.",
            fix="Name another file with -o, or add --overwrite.",
        )
    loaded = load(run_or_model)
    reader = _reader(data, loaded.stored_as)
    if resume and reader.identity() is None:
        raise RunError(
            "A table in memory cannot be resumed.",
            why="Nothing tells whether it is the one from before.",
            fix="Leave --resume out, or predict a file.",
        )
    with writing_to(path.parent), making(path.parent):
        return score(
            loaded.model,
            reader,
            path,
            model_digest=loaded.digest,
            keep=reader.columns if keep_all else tuple(dict.fromkeys(keep)),
            resume=resume,
            anew=overwrite,
            on_rows=None if on_event is None else _Rows(on_event),
        )


class _Rows:
    """Turns the calls of a scoring into events, a few a second."""

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event, self._said_at = on_event, 0.0
        self._started, self._before = time.monotonic(), None  # type: tuple[float, int | None]

    def __call__(self, done: int, of: int | None, share: float) -> None:
        now = time.monotonic()
        if self._before is None:
            self._before, self._started = done, now
        is_last = done == of
        if now - self._said_at < PAUSE_S and not is_last:
            return
        self._said_at = now
        speed = (done - self._before) / max(now - self._started, 1e-9)
        share = done / of if of else share
        left_s = (done / share - done) / speed if share > 0 and speed > 0 else None
        self._on_event(
            {"event": "rows", "done": done, "of": of, "rows_per_s": speed, "left_s": left_s}
        )


def _reader(data: Any, stored_as: dict[str, str]) -> Reader:
    from automl_magic.batch import CsvReader, FrameReader, JsonLinesReader, ParquetReader
    from automl_magic.data import Limits, load, locate, read_call

    if not isinstance(data, str | os.PathLike):
        return FrameReader(data)
    source = os.fspath(data)
    if (files := _several(source)) is not None:
        return ParquetReader(files)
    # Rows go through a few at a time, so how many bytes there are does not matter.
    call = read_call(source, limits=Limits(file_bytes=1 << 62))
    options = call["options"]
    if call["format"] == "sklearn":
        return FrameReader(load(source))
    path = Path(locate(source))
    if call["format"] == "csv":
        return CsvReader(path, options["sep"], stored_as)
    if call["format"] == "jsonl":
        return JsonLinesReader(path, lines=options["lines"])
    return ParquetReader([path])


def _several(source: str) -> Sequence[Path] | None:
    """Return the Parquet files of a folder or a pattern, sorted; None for anything else."""
    path = Path(source).expanduser()
    if path.is_dir():
        inside = (p for p in path.rglob("*") if not p.name.startswith((".", "_")))
        found = sorted(p for p in inside if p.suffix.lower() == ".parquet" and p.is_file())
        others = "It holds no file that ends in .parquet."
    elif glob.has_magic(source) and not path.exists():
        found = [Path(p) for p in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
        odd = [p for p in found if p.suffix.lower() != ".parquet"]
        others = f"It fits {odd[0].name!r}, which is no Parquet." if odd else "No file fits it."
        found = [] if odd else found
    else:
        return None
    if not found:
        raise DataNotReadable(
            f"{source!r} names no Parquet files.",
            why=others,
            fix=f"Name one file, or a folder of Parquet files: ls {shlex.quote(source)}",
        )
    return found
