"""Parquet files that are one table together: a folder of them, or a pattern that they fit."""

from __future__ import annotations

import glob
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from automl_magic.data.limits import Limits
from automl_magic.data.sources import files
from automl_magic.data.sources.base import DEFAULT_LIMITS, Source
from automl_magic.errors import DataNotReadable
from automl_magic.records.data.load_code import LoadCode

if TYPE_CHECKING:
    import pyarrow as pa

    from automl_magic.batch.readers import Reader

_SUFFIX = ".parquet"


class ParquetFolder(Source):
    """A folder, or `*.parquet`: its rows go through a model, but are not loaded as a whole."""

    name = "parquet_folder"
    is_path = True

    def matches(self, text: str) -> bool:
        try:
            path = Path(text).expanduser()
            return path.is_dir() or (glob.has_magic(text) and not path.exists())
        except (OSError, ValueError, RuntimeError):
            return False

    def locate(self, text: str) -> str:
        return _refuse(text)

    def title(self, text: str) -> str:
        return files.stem(text)

    def options(self, text: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
        del limits
        return _refuse(text)

    def batches(self, text: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[pa.RecordBatch]:
        del limits
        return _refuse(text)

    def code(self, text: str, options: Mapping[str, Any]) -> LoadCode:
        del options
        return _refuse(text)

    def reader(self, text: str, stored_as: Mapping[str, str]) -> Reader:
        from automl_magic.batch.readers import ParquetReader

        del stored_as
        return ParquetReader(_several(text))


def _refuse(text: str) -> NoReturn:
    """Say that this is no file, and which files there are."""
    raise files.unreadable(files.find(text))


def _several(text: str) -> Sequence[Path]:
    """Return the files in the order of their names."""
    path = Path(text).expanduser()
    if path.is_dir():
        inside = (p for p in path.rglob("*") if not p.name.startswith((".", "_")))
        found = sorted(p for p in inside if p.suffix.lower() == _SUFFIX and p.is_file())
        others = f"It holds no file that ends in {_SUFFIX}."
    else:
        found = [Path(p) for p in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
        odd = [p for p in found if p.suffix.lower() != _SUFFIX]
        others = f"It fits {odd[0].name!r}, which is no Parquet." if odd else "No file fits it."
        found = [] if odd else found
    if not found:
        raise DataNotReadable(
            f"{text!r} names no Parquet files.",
            why=others,
            fix=f"Name one file, or a folder of Parquet files: ls {shlex.quote(text)}",
        )
    return found
