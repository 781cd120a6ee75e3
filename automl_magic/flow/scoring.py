"""Batch scoring: predict a table of any size and write the predictions to a file."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from automl_magic.errors import FolderTaken, RunError
from automl_magic.files.atomic import check_file, create_folder, translate_write_errors
from automl_magic.files.working_directory import check_working_directory
from automl_magic.flow.loading import load_model
from automl_magic.runs.tracked_run import OnEvent
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.batch import ScoringSummary

StrPath: TypeAlias = str | os.PathLike[str]
EVENT_INTERVAL_S = 0.1  # between two events


def predict(
    run_or_model: str,
    data: StrPath | pd.DataFrame,
    output: StrPath,
    *,
    keep: Iterable[str] = (),
    keep_all: bool = False,
    resume: bool = False,
    overwrite: bool = False,
    on_unread: str = "fail",
    on_event: OnEvent | None = None,
    workspace: Workspace | None = None,
) -> ScoringSummary:
    """Predict the rows of a table in order, with a run's model or a registered model.

    The table can be larger than memory. The output file appears when it's complete. A killed
    process leaves its finished rows in a hidden folder next to the output, for `resume`.

    Parameters
    ----------
    run_or_model : str
        A run ID, or `models:/NAME@ALIAS` or `models:/NAME/VERSION`.
    data : path, `SCHEME:NAME` or DataFrame of shape (n_rows, n_columns)
        CSV, Parquet or JSON lines file (text can be gzipped), or a folder or pattern (`*.parquet`)
        of Parquet files, sorted by name. A target column is ignored.
    output : path
        `.csv`, `.parquet` or `.jsonl`. It has the kept columns, a column `prediction`, and for a
        classification a column `probability_CLASS` per class.
    keep : iterable of str
        Input columns to copy to the output.
    keep_all : bool
        Whether to copy all input columns.
    resume : bool
        Whether to continue an interrupted job. The model, the table and the options must be the
        same.
    overwrite : bool
        Whether to replace an existing file and discard an interrupted job.
    on_unread : {"fail", "missing"}
        Values are read by the rules of the training table, however they're written: `1`, `TRUE` and
        `yes` are the same in a yes/no column. If more than 0.5% of a column's values can't be read,
        and more than twice the share in training, the table is refused. With "missing", they count
        as missing values.
    on_event : callable, optional
        Called with a `rows` event about ten times per second.
    workspace : Workspace, optional
        Default: the workspace of the environment.

    Raises
    ------
    RunNotFound, ModelNotFound, DataError, ArtifactTampered, FolderTaken, FolderBusy,
    FolderNotWritable, RunError
    """
    from automl_magic.batch import score
    from automl_magic.batch.formats import writer_for
    from automl_magic.data import reader as open_reader

    check_working_directory()
    path = Path(output).absolute()
    check_file(path)
    writer_for(path)
    if path.exists() and not overwrite:
        raise FolderTaken(
            f"{str(output)!r} already exists.",
            why="The predictions would replace it.",
            fix="Choose another file with -o, or add --overwrite.",
        )
    loaded = load_model(run_or_model, workspace or default_workspace())
    reader = open_reader(data, loaded.stored_as, loaded.missing)
    if resume and reader.identity() is None:
        raise RunError(
            "Can't resume with a table in memory.",
            why="There's no way to check that it's the same table as before.",
            fix="Omit --resume, or predict a file.",
        )
    with translate_write_errors(path.parent), create_folder(path.parent):
        return score(
            loaded.model,
            reader,
            path,
            model_digest=loaded.digest,
            keep=reader.columns if keep_all else tuple(dict.fromkeys(keep)),
            resume=resume,
            overwrite=overwrite,
            on_unread=on_unread,
            on_rows=None if on_event is None else _RowEvents(on_event),
        )


class _RowEvents:
    """Turns the progress calls of a scoring job into a few events per second."""

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event, self._sent_at = on_event, 0.0
        self._started, self._n_before = time.monotonic(), None  # type: tuple[float, int | None]

    def __call__(self, n_done: int, n_rows: int | None, fraction: float) -> None:
        now = time.monotonic()
        if self._n_before is None:
            self._n_before, self._started = n_done, now
        is_last = n_done == n_rows
        if now - self._sent_at < EVENT_INTERVAL_S and not is_last:
            return
        self._sent_at = now
        speed = (n_done - self._n_before) / max(now - self._started, 1e-9)
        fraction = n_done / n_rows if n_rows else fraction
        left_s = (n_done / fraction - n_done) / speed if fraction > 0 and speed > 0 else None
        self._on_event(
            {"event": "rows", "done": n_done, "of": n_rows, "rows_per_s": speed, "left_s": left_s}
        )
