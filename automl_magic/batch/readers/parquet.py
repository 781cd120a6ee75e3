"""Parquet: one file or several that stand one after the other; only the needed columns are read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from automl_magic.batch.readers.arrow import ArrowRows
from automl_magic.batch.readers.base import Chunk, Reader, identity_of
from automl_magic.errors import DataNotReadable

ROWS = 1 << 15
# Pages are read one by one through a buffer of this size, not row group by row group.
_BUFFER_BYTES = 1 << 20


class ParquetReader(Reader):
    """Parquet files.

    Parameters
    ----------
    paths : sequence of Path
        In the order of their rows. All have the columns of the first.

    Raises
    ------
    DataNotReadable
        If one of them is no Parquet.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)
        described = [_described(path) for path in self.paths]
        self._schema: pa.Schema = described[0][0]
        self.columns = tuple(self._schema.names)
        self.n_rows = sum(rows for _, rows in described)
        for path, (schema, _) in zip(self.paths, described, strict=True):
            if missing := [name for name in self.columns if name not in schema.names]:
                raise DataNotReadable(
                    f"{str(path)!r} is not a part of the same table.",
                    why=f"It has no column {missing[0]!r}, and {str(self.paths[0])!r} has one.",
                    fix="Predict it by itself.",
                )

    @classmethod
    def opened(cls, path: Path, options: Mapping[str, Any], stored_as: Mapping[str, str]) -> Self:
        """Open one file: it says itself how it is read."""
        del options, stored_as
        return cls([path])

    def chunks(self, used: Sequence[str], kept: Sequence[str], start: int) -> Iterator[Chunk]:
        names = list(dict.fromkeys([*used, *kept]))
        self._check_types(names)
        for path in self.paths:
            with _errors_of(path), _opened(path) as file:
                groups, start = _from_row(file.metadata, start)
                if not groups:
                    continue
                for batch in _batches(file, groups, names):
                    if start >= batch.num_rows:
                        start -= batch.num_rows
                        continue
                    yield ArrowRows(_as_in(self._schema, batch.slice(start), kept), used, kept)
                    start = 0

    def identity(self) -> Any:
        return identity_of(self.paths)

    def _check_types(self, names: Sequence[str]) -> None:
        for name in names:
            kind = self._schema.field(name).type
            if pa.types.is_nested(kind) or pa.types.is_binary(kind):
                raise DataNotReadable(
                    f"Column {name!r} is no plain value.",
                    why=f"It holds {kind}.",
                    fix="Write its parts as columns of their own.",
                )


def _described(path: Path) -> tuple[pa.Schema, int]:
    with _errors_of(path), pq.ParquetFile(path) as file:
        return file.schema_arrow, file.metadata.num_rows


def _opened(path: Path) -> Any:
    # What is buffered ahead is kept until the file is closed: all of it, in the end.
    return pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False)


def _batches(file: Any, groups: Sequence[int], names: list[str]) -> Iterator[pa.RecordBatch]:
    """Return the rows of some row groups; what a group took is let go with it."""
    for group in groups:
        yield from file.iter_batches(ROWS, row_groups=[group], columns=names)


def _from_row(metadata: Any, start: int) -> tuple[list[int], int]:
    """Return the row groups that hold rows from one on, and where in the first of them it is."""
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        if start < rows:
            return list(range(group, metadata.num_row_groups)), start
        start -= rows
    return [], start


def _as_in(schema: pa.Schema, batch: pa.RecordBatch, kept: Sequence[str]) -> pa.RecordBatch:
    """Return a batch whose kept columns have the types of the first file."""
    for name in kept:
        wanted = schema.field(name).type
        if batch.column(name).type != wanted:
            cast = batch.column(name).cast(wanted)
            batch = batch.set_column(batch.schema.get_field_index(name), name, cast)
    return batch


@contextlib.contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise DataNotReadable(
            f"{str(path)!r} cannot be read as Parquet.",
            why=f"{' '.join(str(error).split())[:200].rstrip('.')}.",
            fix="The file is cut off or broken: copy, download or write it again.",
        ) from error
