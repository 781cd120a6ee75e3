"""Read Arrow batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from automl_magic.batch.columns import from_arrow
from automl_magic.batch.readers.base import Chunk, Reader
from automl_magic.errors import DataNotReadable
from automl_magic.recipe.values import Column
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords


@dataclass(frozen=True)
class ArrowRows(Chunk):
    """The rows of an Arrow batch. `names` are the passthrough columns."""

    batch: pa.RecordBatch
    used: Sequence[str]
    names: Sequence[str]
    missing: MissingWords = DEFAULT_WORDS

    @property
    def n_rows(self) -> int:  # type: ignore[override]
        return int(self.batch.num_rows)

    def table(self) -> Mapping[str, Column]:
        return {
            name: from_arrow(
                self.batch.column(name), self.missing.words(name), self.missing.numbers(name)
            )
            for name in self.used
        }

    def passthrough(self) -> Mapping[str, pa.Array]:
        return {name: self.batch.column(name) for name in self.names}


class ArrowReader(Reader):
    """A table of Arrow batches.

    Parameters
    ----------
    open_batches : callable
        Returns an iterator over all batches. It can be called several times.
    identity : JSON value
        Identifies this table, or None if nothing does.
    missing : MissingWords
        The texts that stand for a missing value.

    Raises
    ------
    DataNotReadable
        If there are no batches, and so no columns.
    """

    def __init__(
        self,
        open_batches: Callable[[], Iterator[pa.RecordBatch]],
        identity: object = None,
        missing: MissingWords = DEFAULT_WORDS,
    ) -> None:
        self._open, self._identity, self._missing = open_batches, identity, missing
        first = next(open_batches(), None)
        if first is None:
            raise DataNotReadable(
                "The table is empty.",
                why="Its source has no rows.",
                fix="Use a table with rows.",
            )
        self.columns = tuple(first.schema.names)

    def chunks(
        self, used: Sequence[str], passthrough: Sequence[str], start: int
    ) -> Iterator[Chunk]:
        names = list(dict.fromkeys([*used, *passthrough]))
        for batch in self._open():
            if start >= batch.num_rows:
                start -= batch.num_rows
                continue
            yield ArrowRows(batch.select(names).slice(start), used, passthrough, self._missing)
            start = 0

    def identity(self) -> object:
        return self._identity
