"""A run that did not succeed, as an error that says where, why, and what to do."""

from __future__ import annotations

import errno
import re
import shlex
from pathlib import Path

from automl_magic.errors import RunFailed
from automl_magic.execute.atomic_io import not_writable
from automl_magic.execute.child import LOG_NAME
from automl_magic.execute.truth import OUTPUT_NAME
from automl_magic.records.runs.run import Failure, FailureKind, Run, RunStatus

_STORAGE = re.compile(rf"\[Errno ({errno.ENOSPC}|{errno.EROFS}|{errno.EDQUOT})\] ([^:]*)")

_HAPPENED = {
    FailureKind.RAISED: "raised an error",
    FailureKind.DIED: "ended with its kernel",
    FailureKind.TIMED_OUT: "took too long",
    FailureKind.EXITED: "ended the kernel before the notebook's end",
    FailureKind.OUT_OF_MEMORY: "needs more memory than there is",
    FailureKind.FROZEN: "stopped responding",
    FailureKind.NOT_STARTED: "did not start",
    FailureKind.NO_END_MARKER: "was executed, but left no result",
    FailureKind.TAMPERED: "left files that have been changed since",
}


def raise_for(run: Run) -> None:
    """Raise for a run that did not succeed.

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
    if failure and (found := _STORAGE.search(failure.message)):
        raise not_writable(Path(run.folder), found[2], int(found[1]))
    if failure is None:
        cancelled = run.status == RunStatus.CANCELLED
        raise RunFailed(
            f"The run {run.run_id} is {run.status.value}.",
            why="Ctrl-C or SIGTERM ended it." if cancelled else "It has not come to its end.",
            fix=f"Run it again: automl run {shlex.quote(run.notebook)}",
            kind=run.status.value,
            cell_id=None,
        )
    name = Path(run.notebook).name
    where = f"Cell {failure.cell_id!r} of {name}" if failure.cell_id else f"The notebook {name}"
    raise RunFailed(
        f"{where} {_HAPPENED[failure.kind]}.",
        why=failure.message,
        fix=_fix(run, failure),
        kind=failure.kind.value,
        cell_id=failure.cell_id,
    )


def _fix(run: Run, failure: Failure) -> str:
    log, output = Path(run.folder) / LOG_NAME, Path(run.folder) / OUTPUT_NAME
    match failure.kind:
        case FailureKind.OUT_OF_MEMORY:
            return "Use fewer rows or columns, or a machine with more memory."
        case FailureKind.TIMED_OUT:
            return "Give it more time: --budget 300s"
        case FailureKind.NOT_STARTED:
            return f"Look at the log: less {shlex.quote(str(log))}"
        case FailureKind.RAISED | FailureKind.EXITED:
            return f"Look at the cell in {output}, mend it in {run.notebook}, and run that again."
        case _:
            return f"Look at the log: less {shlex.quote(str(log))}"
