"""Files that appear whole or not at all, and outlive a power cut."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from automl_magic.errors import FolderNotWritable, FolderTaken

StrPath: TypeAlias = str | os.PathLike[str]
TEMPORARY_SUFFIX = ".automl-tmp"


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place beside a path for somebody else to write; then it is the file at that path.

    After an error nothing is left there, and the file is the old one.
    """
    new = _beside(path)
    try:
        yield new
        with new.open("rb") as file:
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    _sync_folder(path.parent)


def write_atomic(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file: temporary file, fsync, rename, fsync of the folder.

    Parameters
    ----------
    mode : int
        It is never open to more than that.
    """
    with _written(path, data, mode) as new:
        new.replace(path)
    _sync_folder(path.parent)


def write_first(path: Path, data: bytes, *, mode: int = 0o666) -> bool:
    """Write a file where there is none, whole, and say whether that was done.

    Of two who come together the first wins.
    """
    with _written(path, data, mode) as new:
        try:
            path.hardlink_to(new)
        except FileExistsError:
            return False
    _sync_folder(path.parent)
    return True


def write_all(texts: Mapping[Path, str]) -> None:
    """Write files so that a reader finds old texts or new ones, never a part; or change nothing."""
    new = {}
    with contextlib.ExitStack() as undoing:
        for path, text in texts.items():
            check_file(path)
            undoing.enter_context(making(path.parent))
            new[path] = undoing.enter_context(_written(path, text.encode("utf-8"), 0o666))
        for path, written in new.items():
            written.replace(path)


def write_folder(folder: Path, contents: Mapping[str, bytes], *, mode: int = 0o777) -> None:
    """Write files into a folder of their own, as a whole or not at all; an old one is replaced.

    `contents` maps the path of each file in the folder to its bytes.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    new, old = _beside(folder), _beside(folder)
    new.mkdir(mode=mode)
    try:
        for path, content in contents.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            _write(new / path, content, 0o666)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)
    _sync_folder(folder.parent)


def _beside(path: Path) -> Path:
    """Return a name beside a path that nobody else has; `TEMPORARY_SUFFIX` tells what it is."""
    return path.with_name(f".{path.name[:40]}.{secrets.token_hex(8)}{TEMPORARY_SUFFIX}")


@contextlib.contextmanager
def _written(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """Give a file beside a path, written and on the disk; it is removed if it is still there."""
    new = _beside(path)
    try:
        _write(new, data, mode)
        yield new
    finally:
        new.unlink(missing_ok=True)


def _write(new: Path, data: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(new, flags, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
