"""Files that appear whole or not at all, for us and for papermill.

papermill writes with a plain `open(path, "w")`: a kill in the middle leaves half a notebook.
"""

from __future__ import annotations

import contextlib
import errno
import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from automl_magic.errors import FolderNotWritable
from automl_magic.files.atomic import TEMPORARY_SUFFIX, write_atomic

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
def reserve(folder: Path) -> Iterator[None]:
    """Hold some space while a notebook runs, so that its end can be written to a full disk."""
    held = folder / f".reserve{TEMPORARY_SUFFIX}"
    held.write_bytes(bytes(RESERVE_BYTES))
    try:
        yield
    finally:
        held.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what a killed writer left behind."""
    for left in folder.glob(f".*{TEMPORARY_SUFFIX}"):
        left.unlink(missing_ok=True)


def notebook_bytes(document: dict[str, Any]) -> bytes:
    """Write a notebook's JSON the way nbformat does."""
    text = json.dumps(
        document, indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": ")
    )
    return json_bytes(text + "\n")


def json_bytes(text: str) -> bytes:
    """Encode JSON text as UTF-8.

    A lone surrogate, which UTF-8 cannot hold, becomes its JSON escape: JSON text has such
    characters inside strings only.
    """
    return text.encode("utf-8", errors="backslashreplace")


@contextlib.contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn "read-only" and "disk full" into an error that a person can act on.

    Raises
    ------
    FolderNotWritable
        For an OSError or a SQLite error that says so; any other error passes through.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_WRITABLE:
            raise
        raise not_writable(folder, error.strerror or str(error), error.errno) from error


def not_writable(folder: Path, why: str, number: int | None = None) -> FolderNotWritable:
    """Return the error that says that a folder cannot be written."""
    full = number in FULL
    return FolderNotWritable(
        f"The folder {str(folder)!r} cannot be written.",
        why=f"The system says: {why}.",
        fix=f"Free some space: df -h {shlex.quote(str(folder))}"
        if full
        else "Choose another folder: export AUTOML_MAGIC_HOME=DIR, or make this one writable.",
    )


class WholeFiles:
    """papermill's IO handler: notebooks appear whole."""

    def read(self, path: str) -> str:
        return Path(path).read_text("utf-8")

    def write(self, text: str, path: str) -> None:
        write_atomic(Path(path), json_bytes(text))

    def listdir(self, path: str) -> list[str]:
        return sorted(str(entry) for entry in Path(path).iterdir())

    def pretty_path(self, path: str) -> str:
        return path
