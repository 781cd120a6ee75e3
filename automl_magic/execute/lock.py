"""One run at a time in a folder.

The lock is `flock` on a file, so it ends with the process that holds it, however that ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from automl_magic.errors import FolderBusy
from automl_magic.execute.atomic_io import writing_to

LOCK_NAME = ".automl.lock"


@contextlib.contextmanager
def folder_lock(folder: Path | None) -> Iterator[Callable[[str], None]]:
    """Hold a folder; yield a function that notes which run holds it.

    Raises
    ------
    FolderBusy
        If another run holds the folder; it is named.
    FolderNotWritable
        If the lock cannot be written there.
    """
    if folder is None:
        yield lambda _: None
        return
    path = folder / LOCK_NAME
    with writing_to(folder):
        descriptor = _acquire(path, folder)

    def name(run_id: str) -> None:
        with writing_to(folder):
            os.pwrite(descriptor, json.dumps({"run_id": run_id, "pid": os.getpid()}).encode(), 0)

    try:
        yield name
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
            raise _busy(folder, holder) from None
        # The holder before us removes the file: a lock on a removed file locks nobody out.
        with contextlib.suppress(FileNotFoundError):
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                os.ftruncate(descriptor, 0)
                return descriptor
        os.close(descriptor)


def _busy(folder: Path, holder: bytes) -> FolderBusy:
    try:
        document = json.loads(holder)
        run_id, pid = str(document["run_id"]), int(document["pid"])
    except (ValueError, KeyError, TypeError):
        return FolderBusy(
            f"Another run works in {str(folder)!r}.",
            why="It has only just started.",
            fix="Wait for it, or use another folder: -o DIR",
        )
    return FolderBusy(
        f"Another run works in {str(folder)!r}.",
        why=f"The run {run_id} (process {pid}) has it.",
        fix=f"Wait for it, end it with kill {pid}, or use another folder: -o DIR",
    )
