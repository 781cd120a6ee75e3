"""Read JSON lines, with one object per line. An array of records is read at once."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from automl_magic.batch.columns import from_values
from automl_magic.batch.formats import DEFAULT_WORDS
from automl_magic.batch.readers.base import Chunk, Reader, identity_of
from automl_magic.batch.readers.text import Utf8File
from automl_magic.errors import DataNotReadable
from automl_magic.recipe.values import Column
from automl_magic.records.codec import Json
from automl_magic.records.data.missing import MissingWords

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

    The columns are the names in the first record. If another record lacks a name, its value is
    missing.

    Parameters
    ----------
    missing : MissingWords
        The texts that stand for a missing value.
    lines : bool
        Whether there's one record per line.
    """

    def __init__(
        self,
        path: Path,
        missing: MissingWords = DEFAULT_WORDS,
        *,
        lines: bool = True,
        rows: int = ROWS,
    ) -> None:
        self.path, self._missing, self._lines, self._rows = path, missing, lines, rows
        self._file: Utf8File | None = None
        self.columns = tuple(next(self._records(), {}))

    @classmethod
    def from_path(
        cls,
        path: Path,
        options: Mapping[str, object],
        stored_as: Mapping[str, str],
        missing: MissingWords = DEFAULT_WORDS,
    ) -> Self:
        """Open a file. The option `lines` is whether it has one record per line, the default."""
        del stored_as
        return cls(path, missing, lines=bool(options.get("lines", True)))

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

    def _records(self) -> Iterator[dict[str, Json]]:
        self._file = Utf8File(self.path)
        with io.BufferedReader(self._file, 1 << 20) as content:
            texts = content if self._lines else iter([content.read()])
            for line, text in enumerate(texts, start=1):
                if not (plain := text.removeprefix(b"\xef\xbb\xbf").strip()):
                    continue
                document = self._parse(plain, line)
                for record in [document] if self._lines else document:
                    if not isinstance(record, dict):
                        raise self._line_error(line, "it isn't an object with names")
                    yield record

    def _parse(self, text: bytes, line: int) -> Any:
        try:
            return json.loads(text)
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
