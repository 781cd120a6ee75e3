"""Read a DataFrame, without importing pandas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from automl_magic.batch.readers.base import Chunk, Reader
from automl_magic.batch.readers.parquet import ROWS
from automl_magic.errors import DataError
from automl_magic.recipe.table import TableLike, index_names, select_columns
from automl_magic.recipe.values import Column


class _Positions(Protocol):
    def __getitem__(self, rows: slice, /) -> FrameLike: ...


class FrameLike(TableLike, Protocol):
    """The parts of a DataFrame that are used. Servers have no pandas."""

    @property
    def columns(self) -> Iterable[object]: ...

    @property
    def iloc(self) -> _Positions: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True)
class _Rows(Chunk):
    frame: FrameLike
    used: Sequence[str]
    names: Sequence[str]

    @property
    def n_rows(self) -> int:  # type: ignore[override]
        return len(self.frame)

    def table(self) -> Mapping[str, Column]:
        return select_columns(self.frame, self.used)

    def passthrough(self) -> Mapping[str, pa.Array]:
        return {name: _arrow(name, self.frame[name]) for name in self.names}


class FrameReader(Reader):
    """A DataFrame. `identity` identifies the table that it holds, or is None if nothing does."""

    def __init__(self, frame: FrameLike, identity: object = None) -> None:
        self._frame, self._identity = frame, identity
        self.columns = (*map(str, frame.columns), *index_names(frame))
        self.n_rows = len(frame)

    def chunks(
        self, used: Sequence[str], passthrough: Sequence[str], start: int
    ) -> Iterator[Chunk]:
        for offset in range(start, len(self._frame), ROWS):
            yield _Rows(self._frame.iloc[offset : offset + ROWS], used, passthrough)

    def identity(self) -> object:
        return self._identity


def _arrow(name: str, values: object) -> pa.Array:
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            f"Can't keep column {name!r}.",
            why=f"{' '.join(str(error).split())[:200]}.",
            fix=f'Give it one type: frame["{name}"] = frame["{name}"].astype(str).',
        ) from error
