"""Read one or more Parquet files in order. Only the needed columns are read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from automl_magic.batch.readers.arrow import ArrowRows
from automl_magic.batch.readers.base import Chunk, Reader, identity_of
from automl_magic.errors import DataNotReadable
from automl_magic.records.data.missing import DEFAULT_WORDS, MissingWords

ROWS = 1 << 15
# Size of the buffer for reading pages, instead of a whole row group.
_BUFFER_BYTES = 1 << 20


class ParquetReader(Reader):
    """Parquet files.

    Parameters
    ----------
    paths : sequence of Path
        Files in the order of their rows. All must have the columns of the first.
    missing : MissingWords
        The texts that stand for a missing value.

    Raises
    ------
    DataNotReadable
        If a file isn't Parquet.
    """

    def __init__(self, paths: Sequence[Path], missing: MissingWords = DEFAULT_WORDS) -> None:
        self.paths, self._missing = tuple(paths), missing
        described = [_schema_and_rows(path) for path in self.paths]
        self._schema: pa.Schema = described[0][0]
        self.columns = tuple(self._schema.names)
        self.n_rows = sum(rows for _, rows in described)
        for path, (schema, _) in zip(self.paths, described, strict=True):
            if absent := [name for name in self.columns if name not in schema.names]:
                raise DataNotReadable(
                    f"{str(path)!r} isn't part of the same table.",
                    why=f"It has no column {absent[0]!r}, but {str(self.paths[0])!r} has one.",
                    fix="Predict it separately.",
                )

    @classmethod
    def from_path(
        cls,
        path: Path,
        options: Mapping[str, object],
        stored_as: Mapping[str, str],
        missing: MissingWords = DEFAULT_WORDS,
    ) -> Self:
        """Open one file. Parquet needs no options."""
        del options, stored_as
        return cls([path], missing)

    def chunks(
        self, used: Sequence[str], passthrough: Sequence[str], start: int
    ) -> Iterator[Chunk]:
        names = list(dict.fromkeys([*used, *passthrough]))
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
                    yield ArrowRows(
                        _cast_to_schema(self._schema, batch.slice(start), passthrough),
                        used,
                        passthrough,
                        self._missing,
                    )
                    start = 0

    def identity(self) -> object:
        return identity_of(self.paths)

    def _check_types(self, names: Sequence[str]) -> None:
        for name in names:
            kind = self._schema.field(name).type
            if pa.types.is_nested(kind) or pa.types.is_binary(kind):
                raise DataNotReadable(
                    f"Column {name!r} has nested or binary values.",
                    why=f"Its type is {kind}.",
                    fix="Write each nested value as its own column.",
                )


def _schema_and_rows(path: Path) -> tuple[pa.Schema, int]:
    with _errors_of(path), pq.ParquetFile(path) as file:
        return file.schema_arrow, file.metadata.num_rows


def _opened(path: Path) -> pq.ParquetFile:
    # No pre-buffering: it would keep all buffered data until the file is closed.
    return pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False)


def _batches(
    file: pq.ParquetFile, groups: Sequence[int], names: list[str]
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of some row groups. The memory of each group is freed after it."""
    for group in groups:
        yield from file.iter_batches(ROWS, row_groups=[group], columns=names)


def _from_row(metadata: pq.FileMetaData, start: int) -> tuple[list[int], int]:
    """Return the row groups from a row on, and the offset of the row in the first of them."""
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        if start < rows:
            return list(range(group, metadata.num_row_groups)), start
        start -= rows
    return [], start


def _cast_to_schema(
    schema: pa.Schema, batch: pa.RecordBatch, passthrough: Sequence[str]
) -> pa.RecordBatch:
    """Cast the passthrough columns of a batch to the types of the first file."""
    for name in passthrough:
        target_type = schema.field(name).type
        if batch.column(name).type != target_type:
            cast = batch.column(name).cast(target_type)
            batch = batch.set_column(batch.schema.get_field_index(name), name, cast)
    return batch


@contextlib.contextmanager
def _errors_of(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise DataNotReadable(
            f"Can't read {str(path)!r} as Parquet.",
            why=f"{' '.join(str(error).split())[:200].rstrip('.')}.",
            fix="Copy, download or write the file again: it's incomplete or corrupt.",
        ) from error
