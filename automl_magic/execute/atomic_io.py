"""Atomic file writes, for us and for papermill.

papermill writes with a plain `open(path, "w")`, so a killed process leaves a partial notebook.
"""

from __future__ import annotations

import contextlib
import errno
import shlex
from collections.abc import Iterator
from pathlib import Path

from automl_magic.errors import FolderNotWritable
from automl_magic.files.atomic import TEMPORARY_SUFFIX, write_atomic
from automl_magic.records.codec import json_text

RESERVE_BYTES = 1 << 20
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NOT_WRITABLE = FULL | {
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.ELOOP,
}


@contextlib.contextmanager
def reserve_space(folder: Path) -> Iterator[None]:
    """Reserve disk space while a notebook runs, so that its end can be written to a full disk."""
    reserved = folder / f".reserve{TEMPORARY_SUFFIX}"
    reserved.write_bytes(bytes(RESERVE_BYTES))
    try:
        yield
    finally:
        reserved.unlink(missing_ok=True)


def remove_temporary_files(folder: Path) -> None:
    """Remove the temporary files of killed writers."""
    for path in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        path.unlink(missing_ok=True)


def notebook_bytes(document: dict[str, object]) -> bytes:
    """Encode a notebook as JSON, formatted as nbformat does."""
    text = json_text(document, indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": "))
    return json_bytes(text + "\n")


def json_bytes(text: str) -> bytes:
    """Encode JSON text as UTF-8.

    A lone surrogate, which UTF-8 can't encode, becomes its JSON escape. Surrogates only occur
    inside strings.
    """
    return text.encode("utf-8", errors="backslashreplace")


@contextlib.contextmanager
def translate_write_errors(folder: Path) -> Iterator[None]:
    """Turn errors such as "read-only" and "disk full" into an error with a fix.

    Raises
    ------
    FolderNotWritable
        If the folder isn't writable or the disk is full. Other errors aren't changed.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_WRITABLE:
            raise
        raise not_writable_error(folder, error.strerror or str(error), error.errno) from error


def not_writable_error(folder: Path, why: str, number: int | None = None) -> FolderNotWritable:
    """Return the error for a folder that isn't writable."""
    full = number in FULL
    return FolderNotWritable(
        f"Can't write to the folder {str(folder)!r}.",
        why=f"System error: {why}.",
        fix=f"Free some space: df -h {shlex.quote(str(folder))}"
        if full
        else "Make it writable, or use another folder: export AUTOML_MAGIC_HOME=DIR",
    )


class AtomicFileHandler:
    """papermill IO handler that writes notebooks atomically."""

    def read(self, path: str) -> str:
        return Path(path).read_text("utf-8")

    def write(self, text: str, path: str) -> None:
        write_atomic(Path(path), json_bytes(text))

    def listdir(self, path: str) -> list[str]:
        return sorted(str(entry) for entry in Path(path).iterdir())

    def pretty_path(self, path: str) -> str:
        return path
