"""Batch scoring: a table of any size, a model → a file of predictions."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from automl_magic.errors import FolderTaken, RunError
from automl_magic.files.atomic import check_file, making, writing_to
from automl_magic.flow.loaded import load
from automl_magic.runs.tracked_run import OnEvent
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.batch import Scored

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
    workspace: Workspace | None = None,
) -> Scored:
    """Predict the rows of a table, in its order, with a run's model or a registered one.

    The table may be larger than memory. The file appears when all its rows are there. A process
    that was killed leaves what it had done in a hidden folder beside the output, for `resume`.

    Parameters
    ----------
    run_or_model : str
        A run id, or `models:/NAME@ALIAS`, `models:/NAME/VERSION`.
    data : path, `SCHEME:NAME` or DataFrame
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
    workspace : Workspace, optional
        By default that of the environment: the person's own.

    Raises
    ------
    RunNotFound, ModelNotFound, DataError, ArtifactTampered, FolderTaken, FolderBusy,
    FolderNotWritable, RunError
    """
    from automl_magic.batch import score
    from automl_magic.batch.formats import writer_of
    from automl_magic.data import reader as open_reader

    path = Path(output).absolute()
    check_file(path)
    writer_of(path)
    if path.exists() and not overwrite:
        raise FolderTaken(
            f"{str(output)!r} exists already.",
            why="The predictions would take its place.",
            fix="Name another file with -o, or add --overwrite.",
        )
    loaded = load(run_or_model, workspace or default_workspace())
    reader = open_reader(data, loaded.stored_as)
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
