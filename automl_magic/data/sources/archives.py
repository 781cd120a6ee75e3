"""The content of zip archives, with a limit on its size. Excel workbooks are archives too."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from automl_magic.data.limits import ReadLimits
from automl_magic.data.sources.files import quote_name
from automl_magic.errors import DataNotReadable


@contextmanager
def open_archive(path: Path, limits: ReadLimits) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose content is within the limits by its directory.

    Python reads no more of a file than the directory says.

    Raises
    ------
    DataNotReadable
        If it's too large, corrupt or encrypted, also while it's open.
    """
    if path.stat().st_size > limits.file_bytes:
        raise DataNotReadable(
            f"{quote_name(path)} is too large.",
            why=f"It has {path.stat().st_size:,} bytes. The limit is {limits.file_bytes:,}.",
            fix="Use a sample of its rows.",
        )
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(path, archive, limits)
            yield archive
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise DataNotReadable(
            f"Can't unpack {quote_name(path)}.",
            why=f"{' '.join(str(error).split())[:200].rstrip('.')}.",
            fix="Unpack it with another program, and use the file in it.",
        ) from error


def extract(archive: zipfile.ZipFile, member: str, folder: Path) -> Path:
    """Extract a file to a folder, under its own name without folders."""
    target = folder / Path(member).name
    with archive.open(member) as packed, target.open("wb") as file:
        shutil.copyfileobj(packed, file)
    return target


def _check_size(path: Path, archive: zipfile.ZipFile, limits: ReadLimits) -> None:
    file_bytes = path.stat().st_size
    claimed = sum(entry.file_size for entry in archive.infolist())
    if claimed > limits.max_expanded_bytes(file_bytes):
        raise DataNotReadable(
            f"{quote_name(path)} expands to too much data.",
            why=f"Its {file_bytes:,} bytes expand to {claimed:,} by its directory. The limit is "
            f"{limits.ratio} times the file size.",
            fix="If you trust the file, raise the limit in Python: "
            f"data.load(path, limits=ReadLimits(ratio={claimed // max(file_bytes, 1) + 1}))",
        )
