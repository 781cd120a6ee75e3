"""formats: the kinds of files that tables lie in, each read and written some rows at a time.

A format is a row of this table, and a reader and a writer in a file of their own. The server takes
these formats; the library reads their files as sources (`data/sources`).
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.errors import DataError, near_miss

if TYPE_CHECKING:
    from automl_magic.batch.readers import Reader
    from automl_magic.batch.writers import Writer


@dataclass(frozen=True, kw_only=True)
class Format:
    """A kind of file.

    `title` is what people call its files, `suffixes` are the endings of their names; `.` and the
    name of the format is the ending that is written. The first of its `media_types` is what an
    answer is called. Text may also be gzip-compressed, with `.gz` behind its ending; what is no
    text begins with `magic`. `module` holds the reader and the writer, `readers.MODULE` and
    `writers.MODULE`, in classes that begin with `prefix`.
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
        self, path: Path, options: Mapping[str, Any], stored_as: Mapping[str, str]
    ) -> Reader:
        """Open a file.

        Parameters
        ----------
        options
            Those of pandas' reader that matter: `sep` of CSV, `lines` of JSON.
        stored_as
            How the values of each column lay in training: `recipe.batches.storage`.
        """
        reader: Reader = self._class("Reader").opened(path, options, stored_as)
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
BY_NAME: Mapping[str, Format] = {one.name: one for one in FORMATS}
SUFFIXES: Mapping[str, Format] = {suffix: one for one in FORMATS for suffix in one.suffixes}


def writer_of(path: Path) -> Writer:
    """Return the writer of the format that a file's name promises.

    Raises
    ------
    DataError
        If the name ends in none of them.
    """
    written = {f".{one.name}": one for one in FORMATS}
    suffix = path.suffix.lower()
    if suffix not in written:
        close = near_miss(suffix, written) or ".csv"
        raise DataError(
            f"A table cannot be written to {str(path)!r}.",
            why=f"Its name ends in {path.suffix!r}; the formats are {', '.join(written)}.",
            fix=f"Use {path.stem + close!r}.",
        )
    return written[suffix].writer()
