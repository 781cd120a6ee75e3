"""Turn a failed run into an error with the cell, the reason and the fix."""

from __future__ import annotations

import errno
import re
import shlex
from pathlib import Path

from automl_magic.errors import RunFailed
from automl_magic.execute.atomic_io import not_writable_error
from automl_magic.execute.cell_record import OUTPUT_NAME
from automl_magic.execute.runner_process import LOG_NAME
from automl_magic.records.runs.run import Failure, FailureKind, Run, RunStatus

_STORAGE = re.compile(rf"\[Errno ({errno.ENOSPC}|{errno.EROFS}|{errno.EDQUOT})\] ([^:]*)")

_DESCRIPTIONS = {
    FailureKind.RAISED: "raised an error",
    FailureKind.DIED: "failed because its process died",
    FailureKind.TIMED_OUT: "timed out",
    FailureKind.EXITED: "stopped the kernel before the end of the notebook",
    FailureKind.OUT_OF_MEMORY: "ran out of memory",
    FailureKind.FROZEN: "stopped responding",
    FailureKind.NOT_STARTED: "didn't start",
    FailureKind.NO_END_MARKER: "was executed, but wrote no result",
    FailureKind.TAMPERED: "has files that were changed after the run",
}


def raise_for_status(run: Run) -> None:
    """Raise an error if a run didn't succeed.

    Raises
    ------
    RunFailed
        If the run failed, was cancelled, or was lost.
    FolderNotWritable
        If it failed because the disk is full or read-only.
    """
    if run.status == RunStatus.SUCCEEDED:
        return
    failure = run.failure
    if failure and (match := _STORAGE.search(failure.message)):
        raise not_writable_error(Path(run.folder), match[2], int(match[1]))
    if failure is None:
        cancelled = run.status == RunStatus.CANCELLED
        raise RunFailed(
            f"Run {run.run_id} is {run.status.value}.",
            why="It was stopped by Ctrl-C or SIGTERM." if cancelled else "It hasn't finished.",
            fix=f"Run it again: automl run {shlex.quote(run.notebook)}",
            kind=run.status.value,
            cell_id=None,
        )
    name = Path(run.notebook).name
    subject = f"Cell {failure.cell_id!r} of {name}" if failure.cell_id else f"The notebook {name}"
    raise RunFailed(
        f"{subject} {_DESCRIPTIONS[failure.kind]}.",
        why=failure.message,
        fix=_suggest_fix(run, failure),
        kind=failure.kind.value,
        cell_id=failure.cell_id,
    )


def _suggest_fix(run: Run, failure: Failure) -> str:
    log, output = Path(run.folder) / LOG_NAME, Path(run.folder) / OUTPUT_NAME
    match failure.kind:
        case FailureKind.OUT_OF_MEMORY:
            return "Use fewer rows or columns, or a machine with more memory."
        case FailureKind.TIMED_OUT:
            return "Give it more time: --budget 300s"
        case FailureKind.NOT_STARTED:
            return f"Check the log: less {shlex.quote(str(log))}"
        case FailureKind.RAISED | FailureKind.EXITED:
            return f"Check the cell in {output}, fix it in {run.notebook}, and run it again."
        case _:
            return f"Check the log: less {shlex.quote(str(log))}"
