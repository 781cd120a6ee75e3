"""File formats of tables, which are read and written in chunks.

Each format has an entry here, and a reader and a writer module. Servers accept these formats, and
the library reads them as data sources (`data/sources`).
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.errors import DataError, closest_match
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

if TYPE_CHECKING:
    from automl_magic.batch.readers import Reader
    from automl_magic.batch.writers import Writer


@dataclass(frozen=True, kw_only=True)
class Format:
    """A file format.

    Attributes
    ----------
    name : str
        Name. Files are written with the suffix `.NAME`.
    title : str
        Name for people.
    suffixes : tuple of str
        Suffixes of files that are read.
    media_types : tuple of str
        Media types of requests. Responses have the first one.
    is_text : bool
        Whether it's a text format. Text files can be gzipped, with the additional suffix `.gz`.
    magic : bytes
        First bytes of a file that isn't text.
    module, prefix : str
        The reader and writer are `readers.MODULE.PREFIXReader` and `writers.MODULE.PREFIXWriter`.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    media_types: tuple[str, ...]
    is_text: bool
    magic: bytes = b""
    module: str
    prefix: str

    def reader(
        self,
        path: Path,
        options: Mapping[str, object],
        stored_as: Mapping[str, str],
        missing: MissingWords = DEFAULT_WORDS,
    ) -> Reader:
        """Open a file.

        Parameters
        ----------
        options : mapping
            Options of the pandas reader: `sep` for CSV, `lines` for JSON.
        stored_as : mapping of str to str
            Type of each column in training, from `recipe.batches.column_storage`.
        missing : MissingWords
            The texts that stand for a missing value.
        """
        reader: Reader = self._class("Reader").from_path(path, options, stored_as, missing)
        return reader

    def writer(self) -> Writer:
        writer: Writer = self._class("Writer")()
        return writer

    def _class(self, kind: str) -> Any:
        home = f"automl_magic.batch.{kind.lower()}s.{self.module}"
        return getattr(importlib.import_module(home), f"{self.prefix}{kind}")


FORMATS = (
    Format(
        name="csv",
        title="CSV, TSV",
        suffixes=(".csv", ".tsv"),
        media_types=("text/csv", "application/csv"),
        is_text=True,
        module="delimited",
        prefix="Csv",
    ),
    Format(
        name="parquet",
        title="Parquet",
        suffixes=(".parquet",),
        media_types=("application/vnd.apache.parquet",),
        is_text=False,
        magic=b"PAR1",
        module="parquet",
        prefix="Parquet",
    ),
    Format(
        name="jsonl",
        title="JSON lines",
        suffixes=(".json", ".jsonl", ".ndjson"),
        media_types=("application/x-ndjson", "application/jsonl"),
        is_text=True,
        module="json_lines",
        prefix="JsonLines",
    ),
)
BY_NAME: Mapping[str, Format] = {format_.name: format_ for format_ in FORMATS}
SUFFIXES: Mapping[str, Format] = {
    suffix: format_ for format_ in FORMATS for suffix in format_.suffixes
}


def writer_for(path: Path) -> Writer:
    """Return the writer for the suffix of a file.

    Raises
    ------
    DataError
        If the suffix is unknown.
    """
    formats = {f".{fmt.name}": fmt for fmt in FORMATS}
    suffix = path.suffix.lower()
    if suffix not in formats:
        match = closest_match(suffix, formats) or ".csv"
        raise DataError(
            f"Can't write a table to {str(path)!r}.",
            why=f"Its suffix is {path.suffix!r}, but the formats are {', '.join(formats)}.",
            fix=f"Use {path.stem + match!r}.",
        )
    return formats[suffix].writer()
