"""A lock that allows one run at a time in a folder.

It uses `flock` on a file, so it's always released when its process ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from automl_magic.errors import FolderBusy
from automl_magic.execute.atomic_io import translate_write_errors
from automl_magic.records.codec import json_text

LOCK_NAME = ".automl.lock"


@contextlib.contextmanager
def folder_lock(folder: Path | None) -> Iterator[Callable[[str], None]]:
    """Lock a folder. Yield a function that records which run has the lock.

    Raises
    ------
    FolderBusy
        If another run has the lock. The error names it.
    FolderNotWritable
        If the lock file can't be written.
    """
    if folder is None:
        yield lambda _: None
        return
    path = folder / LOCK_NAME
    with translate_write_errors(folder):
        descriptor = _acquire(path, folder)

    def set_holder(run_id: str) -> None:
        with translate_write_errors(folder):
            os.pwrite(descriptor, json_text({"run_id": run_id, "pid": os.getpid()}).encode(), 0)

    try:
        yield set_holder
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _acquire(path: Path, folder: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 4096, 0)
            os.close(descriptor)
            raise _busy_error(folder, holder) from None
        # The previous holder removes the file, and a lock on a removed file has no effect.
        with contextlib.suppress(FileNotFoundError):
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                os.ftruncate(descriptor, 0)
                return descriptor
        os.close(descriptor)


def _busy_error(folder: Path, holder: bytes) -> FolderBusy:
    try:
        document = json.loads(holder)
        run_id, pid = str(document["run_id"]), int(document["pid"])
    except (ValueError, KeyError, TypeError):
        return FolderBusy(
            f"Another run is using {str(folder)!r}.",
            why="It has just started.",
            fix="Wait for it, or use another folder: -o DIR",
        )
    return FolderBusy(
        f"Another run is using {str(folder)!r}.",
        why=f"Run {run_id} (process {pid}) is in this folder.",
        fix=f"Wait for it, stop it with kill {pid}, or use another folder: -o DIR",
    )
