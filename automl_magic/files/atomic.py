"""Files that appear whole or not at all, and outlive a power cut."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from automl_magic.errors import FolderNotWritable, FolderTaken

StrPath: TypeAlias = str | os.PathLike[str]
TEMPORARY_SUFFIX = ".automl-tmp"


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file: temporary file, fsync, rename, fsync of the folder."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY_SUFFIX}")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(texts: Mapping[Path, str]) -> None:
    """Write files so that a reader finds old texts or new ones, never a part; or change nothing."""
    partial = {}
    with contextlib.ExitStack() as undoing:
        for path, text in texts.items():
            check_file(path)
            undoing.enter_context(making(path.parent))
            partial[path] = path.with_name(f".{path.name[:40]}.{os.getpid()}.part")
            undoing.callback(partial[path].unlink, missing_ok=True)
            with partial[path].open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for path, part in partial.items():
            part.replace(path)


def check_file(path: Path) -> None:
    """Refuse a path at which no file can be put: a folder, or a device, which would be replaced."""
    if path.is_dir():
        raise FolderTaken(
            f"{str(path)!r} is a folder, not a file.",
            why="What is to be written is one file.",
            fix="Name a file with -o.",
        )
    if path.exists() and not path.is_file():
        raise FolderTaken(
            f"{str(path)!r} is not a regular file.",
            why="It is a device, a pipe or a socket, and a file would take its place.",
            fix="Name another file with -o.",
        )


@contextlib.contextmanager
def making(folder: Path) -> Iterator[None]:
    """Make a folder; after an error, remove again the empty ones that were made."""
    new = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for made in new:
            with contextlib.suppress(OSError):
                made.rmdir()
        raise


@contextlib.contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn the operating system's refusals into an error that names the folder."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = os.strerror(error.errno) if error.errno else str(error).rstrip(".")
        raise FolderNotWritable(
            f"The folder {str(folder)!r} cannot be written.",
            why=f"{why}.",
            fix="Free some space, or choose another disk with -o."
            if full
            else "Choose a folder of yours with -o.",
        ) from error
