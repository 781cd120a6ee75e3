"""Browse: the tables below the notebook's folder, and no others."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from automl_magic.batch.formats import SUFFIXES
from automl_magic.errors import DataNotReadable

ACCEPT = (*SUFFIXES, ".xlsx", ".zip")
MAX_ENTRIES = 200
MAX_UPLOAD_BYTES = 500_000_000


@dataclass(frozen=True)
class FileEntry:
    """A folder or a table. `path` is relative to the root of the browser."""

    path: str
    name: str
    is_folder: bool
    size_bytes: int


def list_folder(root: Path, inside: str) -> list[FileEntry]:
    """Return the folders and readable tables in a folder below the root.

    Raises
    ------
    DataNotReadable
        If the folder is outside the root or can't be read.
    """
    folder = resolve_inside(root, inside)
    entries = []
    try:
        with os.scandir(folder) as items:
            for item in items:
                entry = _entry(root, item)
                if entry is not None:
                    entries.append(entry)
    except OSError as error:
        raise DataNotReadable(
            f"Can't read the folder {inside[:80]!r}.",
            why=f"{error.strerror or error}.",
            fix="Choose another folder.",
        ) from error
    return sorted(entries, key=lambda e: (not e.is_folder, e.name.lower()))[:MAX_ENTRIES]


def resolve_inside(root: Path, inside: str) -> Path:
    """Return the absolute path of something below the root. Links out of the root are rejected.

    Raises
    ------
    DataNotReadable
    """
    try:
        path = (root / inside).resolve()
        is_inside = path.is_relative_to(root.resolve())
    except (OSError, ValueError):
        is_inside = False
    if not is_inside:
        raise DataNotReadable(
            f"{inside[:80]!r} isn't below this notebook's folder.",
            why="The wizard only reads files below the folder that the notebook runs in.",
            fix="Move the file there, or load it into a DataFrame in a cell.",
        )
    return path


def free_path(root: Path, name: str) -> Path:
    """Return an unused path in the root for an uploaded file: its name, with a number if needed.

    Raises
    ------
    DataNotReadable
        If the name isn't that of a table.
    """
    plain = re.sub(r"[^\w .()-]+", "_", Path(name.replace("\\", "/")).name).strip(" .")[:120]
    suffixes = [s for s in Path(plain).suffixes[-2:] if s.lower() in (*ACCEPT, ".gz")]
    if not any(suffix.lower() in ACCEPT for suffix in suffixes):
        raise DataNotReadable(
            f"The format of {name[:80]!r} isn't supported.",
            why=f"Supported are {', '.join(ACCEPT)}. Text files can also end in .gz.",
            fix="Save the table as CSV and upload that file.",
        )
    ending = "".join(suffixes)
    stem = plain.removesuffix(ending)
    names = (plain, *(f"{stem}-{i}{ending}" for i in range(2, 1000)))
    return next(root / candidate for candidate in names if not (root / candidate).exists())


def _entry(root: Path, item: os.DirEntry[str]) -> FileEntry | None:
    if item.name.startswith("."):
        return None
    try:
        is_folder = item.is_dir(follow_symlinks=False)
        is_file = item.is_file(follow_symlinks=False)
        size = item.stat(follow_symlinks=False).st_size
    except OSError:
        return None
    plain = item.name.lower().removesuffix(".gz")
    if not is_folder and not (is_file and plain.endswith(ACCEPT)):
        return None
    relative = Path(item.path).relative_to(root) if Path(item.path).is_relative_to(root) else None
    return None if relative is None else FileEntry(relative.as_posix(), item.name, is_folder, size)
