"""Many Parquet files as one table: a folder, or a pattern."""

from __future__ import annotations

import glob
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from automl_magic.data.limits import ReadLimits
from automl_magic.data.sources import files
from automl_magic.data.sources.base import DEFAULT_LIMITS, Source
from automl_magic.errors import DataNotReadable
from automl_magic.records.data.load_code import LoadCode
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

if TYPE_CHECKING:
    import pyarrow as pa

    from automl_magic.batch.readers import Reader

_SUFFIX = ".parquet"


class ParquetFolder(Source):
    """A folder or a pattern such as `*.parquet`. For batch prediction only, it can't be loaded."""

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

    def options(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> dict[str, object]:
        del limits
        return _refuse(text)

    def batches(self, text: str, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[pa.RecordBatch]:
        del limits
        return _refuse(text)

    def code(self, text: str, options: Mapping[str, object]) -> LoadCode:
        del options
        return _refuse(text)

    def reader(
        self, text: str, stored_as: Mapping[str, str], missing: MissingWords = DEFAULT_WORDS
    ) -> Reader:
        from automl_magic.batch.readers import ParquetReader

        del stored_as
        return ParquetReader(_files(text), missing)


def _refuse(text: str) -> NoReturn:
    """Raise the error for a folder in place of a file. It lists the files in the folder."""
    raise files.unsupported_format_error(files.find_file(text))


def _files(text: str) -> Sequence[Path]:
    """Return the files, sorted by name."""
    path = Path(text).expanduser()
    if path.is_dir():
        inside = (p for p in path.rglob("*") if not p.name.startswith((".", "_")))
        paths = sorted(p for p in inside if p.suffix.lower() == _SUFFIX and p.is_file())
        why = f"The folder has no {_SUFFIX} files."
    else:
        paths = [Path(p) for p in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
        others = [p for p in paths if p.suffix.lower() != _SUFFIX]
        why = (
            f"The pattern matches {others[0].name!r}, which isn't Parquet."
            if others
            else "The pattern matches no files."
        )
        paths = [] if others else paths
    if not paths:
        raise DataNotReadable(
            f"Can't find Parquet files for {text!r}.",
            why=why,
            fix=f"Use a file or a folder of Parquet files. To check: ls {shlex.quote(text)}",
        )
    return paths
