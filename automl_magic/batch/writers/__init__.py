"""writers: predictions as files, part by part, and the parts as one (one file each)."""

from __future__ import annotations

from pathlib import Path

from automl_magic.batch.writers.base import PartWriter, Writer
from automl_magic.batch.writers.delimited import CsvWriter
from automl_magic.batch.writers.json_lines import JsonLinesWriter
from automl_magic.batch.writers.parquet import ParquetWriter
from automl_magic.errors import DataError, near_miss

WRITERS: dict[str, type[Writer]] = {
    ".csv": CsvWriter,
    ".parquet": ParquetWriter,
    ".jsonl": JsonLinesWriter,
}

__all__ = ["WRITERS", "PartWriter", "Writer", "writer_of"]


def writer_of(path: Path) -> Writer:
    """Return the writer of the format that a file's name promises.

    Raises
    ------
    DataError
        If the name ends in none of them.
    """
    suffix = path.suffix.lower()
    if suffix not in WRITERS:
        close = near_miss(suffix, WRITERS) or ".csv"
        raise DataError(
            f"A table cannot be written to {str(path)!r}.",
            why=f"Its name ends in {path.suffix!r}; the formats are {', '.join(WRITERS)}.",
            fix=f"Use {path.stem + close!r}.",
        )
    return WRITERS[suffix]()
