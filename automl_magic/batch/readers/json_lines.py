"""Read JSON lines, with one object per line. An array of records is read at once."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from automl_magic.batch.columns import from_values
from automl_magic.batch.encodings import UTF_8, detect_encoding
from automl_magic.batch.readers.base import Chunk, Reader, identity_of
from automl_magic.batch.readers.text import TextFile
from automl_magic.errors import DataNotReadable
from automl_magic.recipe.table import duplicate_column_error
from automl_magic.recipe.values import Column
from automl_magic.records.codec import Json
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

ROWS = 1 << 13


@dataclass(frozen=True)
class _Rows(Chunk):
    records: Sequence[dict[str, Json]]
    missing: MissingWords
    used: Sequence[str]
    names: Sequence[str]

    @property
    def n_rows(self) -> int:  # type: ignore[override]
        return len(self.records)

    def table(self) -> Mapping[str, Column]:
        return {name: from_values(self._values(name)) for name in self.used}

    def passthrough(self) -> Mapping[str, list[Json]]:
        return {name: [row.get(name) for row in self.records] for name in self.names}

    def _values(self, name: str) -> list[Json]:
        words: frozenset[object] = self.missing.words(name) | self.missing.numbers(name)
        values = (row.get(name) for row in self.records)
        return [
            None if value in words and not isinstance(value, bool) else value for value in values
        ]


class JsonLinesReader(Reader):
    """JSON records, one per line or in one array. The file can be gzipped.

    The columns are the names of all records, in the order in which they appear. If a record lacks a
    name, its value is missing.

    Parameters
    ----------
    missing : MissingWords
        The texts that stand for a missing value.
    lines : bool
        Whether there's one record per line.
    encoding : str
        Encoding of the file, from `detect_encoding`.
    """

    def __init__(
        self,
        path: Path,
        missing: MissingWords = DEFAULT_WORDS,
        *,
        lines: bool = True,
        encoding: str = UTF_8,
        rows: int = ROWS,
    ) -> None:
        self.path, self._missing, self._lines, self._rows = path, missing, lines, rows
        self._encoding = encoding
        self._file: TextFile | None = None
        self._first_names = _names(itertools.islice(self._records(check_names=True), self._rows))

    @cached_property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        """All columns. A later record can have a name that the first ones lack."""
        return _names(self._records())

    def check(self, used: Sequence[str], passthrough: Sequence[str]) -> None:
        """Check that the table has these columns. It's read whole only if the start lacks one."""
        if not {*used, *passthrough} <= {*self._first_names}:
            super().check(used, passthrough)

    @classmethod
    def from_path(
        cls,
        path: Path,
        options: Mapping[str, object],
        stored_as: Mapping[str, str],
        missing: MissingWords = DEFAULT_WORDS,
    ) -> Self:
        """Open a file. The options `lines` and `encoding` are detected if they aren't given."""
        del stored_as
        encoding = str(options.get("encoding") or detect_encoding(path))
        lines = bool(options["lines"]) if "lines" in options else not _is_array(path, encoding)
        return cls(path, missing, lines=lines, encoding=encoding)

    def chunks(
        self, used: Sequence[str], passthrough: Sequence[str], start: int
    ) -> Iterator[Chunk]:
        records = itertools.islice(self._records(), start, None)
        number = start
        while rows := list(itertools.islice(records, self._rows)):
            self._check_plain(rows, used, number)
            number += len(rows)
            yield _Rows(rows, self._missing, used, passthrough)

    def identity(self) -> object:
        return identity_of([self.path])

    @property
    def share(self) -> float:
        return 0.0 if self._file is None else self._file.share

    def _records(self, *, check_names: bool = False) -> Iterator[dict[str, Json]]:
        self._file = TextFile(self.path, self._encoding)
        with io.BufferedReader(self._file, 1 << 20) as content:
            texts = content if self._lines else iter([content.read()])
            for line, text in enumerate(texts, start=1):
                if not (plain := text.removeprefix(b"\xef\xbb\xbf").strip()):
                    continue
                document = self._parse(plain, line, _unique if check_names else None)
                for record in [document] if self._lines else document:
                    if not isinstance(record, dict):
                        raise self._line_error(line, "it isn't an object with names")
                    yield record

    def _parse(
        self, text: bytes, line: int, hook: Callable[[list[tuple[str, Any]]], Any] | None
    ) -> Any:
        try:
            return json.loads(text, object_pairs_hook=hook)
        except (ValueError, RecursionError) as error:
            raise self._line_error(line, str(error)) from error

    def _check_plain(
        self, rows: Sequence[dict[str, Json]], used: Sequence[str], start: int
    ) -> None:
        for name in used:
            for number, row in enumerate(rows, start=start + 1):
                if isinstance(row.get(name), dict | list):
                    raise DataNotReadable(
                        f"Column {name!r} has nested values.",
                        why=f"Record {number:,} has a list or an object there.",
                        fix="Write each nested value as its own name.",
                    )

    def _line_error(self, line: int, why: str) -> DataNotReadable:
        return DataNotReadable(
            f"{str(self.path)!r} doesn't contain JSON records.",
            why=f"Line {line:,}: {why[:150].rstrip('.')}.",
            fix=f"Show the line: sed -n {line}p {self.path.name!r}",
        )


def _names(records: Iterable[Mapping[str, Json]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for record in records for name in record))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise duplicate_column_error(twice)
    return record


def _is_array(path: Path, encoding: str) -> bool:
    with io.BufferedReader(TextFile(path, encoding), 1 << 20) as content:
        return content.peek(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["
