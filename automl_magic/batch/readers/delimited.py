"""Read CSV and TSV with Arrow's streaming reader. All values are read as text first."""

from __future__ import annotations

import contextlib
import io
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.csv as pacsv

from automl_magic.batch.columns import from_text, texts_as_null
from automl_magic.batch.encodings import UTF_8
from automl_magic.batch.readers.base import Chunk, Reader, identity_of
from automl_magic.batch.readers.text import TextFile, sniff_file
from automl_magic.errors import DataNotReadable
from automl_magic.recipe.values import Column
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

# A row must fit into a block.
BLOCK_BYTES = 4 << 20


@dataclass(frozen=True)
class _Rows(Chunk):
    batch: pa.RecordBatch
    stored_as: Mapping[str, str]
    missing: MissingWords
    used: Sequence[str]
    names: Sequence[str]

    @property
    def n_rows(self) -> int:  # type: ignore[override]
        return int(self.batch.num_rows)

    def table(self) -> Mapping[str, Column]:
        return {
            name: from_text(
                texts_as_null(self.batch.column(name), self.missing.words(name)),
                self.stored_as[name],
                self.missing.numbers(name),
            )
            for name in self.used
        }

    def passthrough(self) -> Mapping[str, pa.Array]:
        return {name: self.batch.column(name) for name in self.names}


class CsvReader(Reader):
    """A CSV file, which can be gzipped. Passthrough columns stay unchanged texts.

    Parameters
    ----------
    separator : str
        Separator of the fields.
    encoding : str
        Encoding of the file, from `detect_encoding`.
    stored_as : mapping of str to str
        Type of each column in training, from `recipe.batches.column_storage`.
    missing : MissingWords
        The texts that stand for a missing value.

    Raises
    ------
    DataNotReadable
        If the file has no header.
    """

    def __init__(
        self,
        path: Path,
        separator: str,
        stored_as: Mapping[str, str],
        missing: MissingWords = DEFAULT_WORDS,
        *,
        encoding: str = UTF_8,
        block_bytes: int = 0,
    ) -> None:
        self.path, self._separator, self._encoding = path, separator, encoding
        self._stored_as, self._missing = stored_as, missing
        self._block_bytes = block_bytes or BLOCK_BYTES
        self._file: TextFile | None = None
        self._invalid_row: pacsv.InvalidRow | None = None
        self._renamed: list[str] | None = None
        with self._open(None) as opened:
            names = opened.schema.names
        self.columns = tuple(name or f"Unnamed: {i}" for i, name in enumerate(names))
        if "" in names:  # as pandas names them in training
            self._renamed = list(self.columns)

    @classmethod
    def from_path(
        cls,
        path: Path,
        options: Mapping[str, object],
        stored_as: Mapping[str, str],
        missing: MissingWords = DEFAULT_WORDS,
    ) -> Self:
        """Open a file. The options `sep` and `encoding` are detected if they aren't given."""
        if "sep" in options and "encoding" in options:
            encoding, separator = str(options["encoding"]), str(options["sep"])
        else:
            encoding, separator = sniff_file(path)
        return cls(path, separator, stored_as, missing, encoding=encoding)

    def texts(self, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield columns in order, as they are written."""
        with self._open(list(names)) as batches:
            yield from batches

    def chunks(
        self, used: Sequence[str], passthrough: Sequence[str], start: int
    ) -> Iterator[Chunk]:
        with self._open(list(dict.fromkeys([*used, *passthrough]))) as batches:
            for batch in batches:
                if start >= batch.num_rows:
                    start -= batch.num_rows
                    continue
                yield _Rows(batch.slice(start), self._stored_as, self._missing, used, passthrough)
                start = 0

    def identity(self) -> object:
        how = {"separator": self._separator, "encoding": self._encoding}
        return [*identity_of([self.path]), how]

    @property
    def share(self) -> float:
        return 0.0 if self._file is None else self._file.share

    @contextlib.contextmanager
    def _open(self, names: list[str] | None) -> Iterator[pacsv.CSVStreamingReader]:
        self._invalid_row = None
        self._file = TextFile(self.path, self._encoding)
        try:
            with pacsv.open_csv(
                pa.PythonFile(io.BufferedReader(self._file, 1 << 20), mode="r"),
                read_options=pacsv.ReadOptions(
                    block_size=self._block_bytes,
                    use_threads=False,
                    column_names=self._renamed,
                    skip_rows=int(self._renamed is not None),
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=self._separator,
                    newlines_in_values=True,
                    invalid_row_handler=self._record_invalid_row,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names or (), pa.string()),
                    include_columns=names,
                    strings_can_be_null=False,
                    check_utf8=False,  # TextFile checks it
                ),
            ) as opened:
                yield opened
        except pa.ArrowException as error:
            raise self._read_error(error) from error
        finally:
            self._file.close()

    def _record_invalid_row(self, row: pacsv.InvalidRow) -> str:
        self._invalid_row = self._invalid_row or row
        return "error"

    def _line_number(self, text: str) -> int:
        """Return the number of the first line that a row of this text can start at, from 1."""
        first = text.splitlines()[0] if text else ""
        content = io.BufferedReader(TextFile(self.path, self._encoding), 1 << 20)
        with io.TextIOWrapper(content, UTF_8, newline="") as lines:
            return next((n for n, line in enumerate(lines, 1) if line.rstrip("\r\n") == first), 1)

    def _read_error(self, error: Exception) -> DataNotReadable:
        name = f"{str(self.path)!r}"
        if (row := self._invalid_row) is not None:
            return DataNotReadable(
                f"{name} has rows of different lengths.",
                why=f"Line {(number := self._line_number(row.text)):,} has "
                f"{row.actual_columns:,} fields, the header has {row.expected_columns:,}.",
                # Only its number, because the row can have personal values.
                fix=f"Look at the line: sed -n {number}p {shlex.quote(self.path.name)}",
            )
        message = " ".join(str(error).split())[:200].rstrip(".")
        if "Empty CSV" in message:
            return DataNotReadable(
                f"{name} is empty.",
                why="The file has no header line.",
                fix="Use a file with a header line and rows.",
            )
        if "straddling" in message:
            return DataNotReadable(
                f"{name} has a row that is too long.",
                why=f"The limit is {self._block_bytes:,} bytes. It can also be an unclosed quote.",
                fix="Look for an unclosed quote, or remove columns that contain long text.",
            )
        return DataNotReadable(
            f"{name} isn't a table.", why=f"{message}.", fix="Write the file again."
        )
