"""Atomic and durable file writes."""

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
    """Yield a temporary path. After the block, the file at this path replaces `path` atomically.

    After an error, the temporary file is removed and `path` isn't changed.
    """
    new = _temporary_path(path)
    try:
        yield new
        with new.open("rb") as file:
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    _sync_folder(path.parent)


def write_atomic(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file atomically: temporary file, fsync, rename, fsync of the folder.

    Parameters
    ----------
    mode : int
        File permissions. The file never has more than these.
    """
    with _temporary_file(path, data, mode) as new:
        new.replace(path)
    _sync_folder(path.parent)


def write_once(path: Path, data: bytes, *, mode: int = 0o666) -> bool:
    """Write a file atomically if it doesn't exist. Return whether it was written.

    If two processes do this at once, only the first one writes the file.
    """
    with _temporary_file(path, data, mode) as new:
        try:
            path.hardlink_to(new)
        except FileExistsError:
            return False
    _sync_folder(path.parent)
    return True


def write_files(texts: Mapping[Path, str]) -> None:
    """Write several files, each atomically. If one can't be written, no file is changed."""
    new_files = {}
    with contextlib.ExitStack() as undoing:
        for path, text in texts.items():
            check_file(path)
            undoing.enter_context(create_folder(path.parent))
            new_files[path] = undoing.enter_context(
                _temporary_file(path, text.encode("utf-8"), 0o666)
            )
        for path, new_file in new_files.items():
            new_file.replace(path)


def write_folder(folder: Path, contents: Mapping[str, bytes], *, mode: int = 0o777) -> None:
    """Write a folder with files atomically. An existing folder is replaced.

    `contents` maps the relative path of each file to its bytes.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    new, old = _temporary_path(folder), _temporary_path(folder)
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


def _temporary_path(path: Path) -> Path:
    """Return a unique temporary path in the same folder. It ends in `TEMPORARY_SUFFIX`."""
    return path.with_name(f".{path.name[:40]}.{secrets.token_hex(8)}{TEMPORARY_SUFFIX}")


@contextlib.contextmanager
def _temporary_file(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """Yield a temporary file with the data, synced to disk. It's removed if it still exists."""
    new = _temporary_path(path)
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
    """Sync the file names of a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_file(path: Path) -> None:
    """Raise FolderTaken if a path is a folder or a special file such as a device."""
    if path.is_dir():
        raise FolderTaken(
            f"{str(path)!r} is a folder, not a file.",
            why="The output is a single file.",
            fix="Use -o with the path of a file.",
        )
    if path.exists() and not path.is_file():
        raise FolderTaken(
            f"{str(path)!r} isn't a regular file.",
            why="It's a device, pipe or socket, which the output would replace.",
            fix="Use -o with another path.",
        )


@contextlib.contextmanager
def create_folder(folder: Path) -> Iterator[None]:
    """Create a folder. After an error, remove the created folders if they're empty."""
    new_folders = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    try:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for new_folder in new_folders:
            with contextlib.suppress(OSError):
                new_folder.rmdir()
        raise


@contextlib.contextmanager
def translate_write_errors(folder: Path) -> Iterator[None]:
    """Turn errors of the operating system into an error that names the folder."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = os.strerror(error.errno) if error.errno else str(error).rstrip(".")
        raise FolderNotWritable(
            f"Can't write to the folder {str(folder)!r}.",
            why=f"{why}.",
            fix="Free some space, or use -o with a folder on another disk."
            if full
            else "Use -o with a folder that you can write to.",
        ) from error
