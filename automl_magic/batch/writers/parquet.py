"""Write Parquet, in row groups that are large enough to read fast and small enough for memory."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from automl_magic.batch.writers.base import OutputColumn, PartWriter, Writer
from automl_magic.batch.writers.values import arrow_of

GROUP_ROWS, GROUP_BYTES = 1 << 18, 64 << 20


class ParquetWriter(Writer):
    """Writes Parquet with Snappy compression."""

    def open(self, path: Path) -> PartWriter:
        return _Part(path)

    def join(self, parts: Sequence[Path], names: Sequence[str], output: BinaryIO) -> None:
        del names
        with pq.ParquetWriter(output, pq.read_schema(parts[0])) as writer:
            for part in parts:
                with pq.ParquetFile(part) as file:
                    for group in range(file.num_row_groups):
                        writer.write_table(file.read_row_group(group))


class _Part(PartWriter):
    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._writer: pq.ParquetWriter | None = None
        self._buffered: list[pa.RecordBatch] = []

    def write(self, columns: Mapping[str, OutputColumn]) -> None:
        arrays = [arrow_of(column) for column in columns.values()]
        batch = pa.RecordBatch.from_arrays(arrays, names=list(columns))
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._file, batch.schema)
        self._buffered.append(batch)
        rows = sum(buffered.num_rows for buffered in self._buffered)
        if rows >= GROUP_ROWS or sum(buffered.nbytes for buffered in self._buffered) >= GROUP_BYTES:
            self._flush()

    def close(self) -> None:
        try:
            self._flush()
            if self._writer is not None:
                self._writer.close()
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def _flush(self) -> None:
        if self._buffered and self._writer is not None:
            table = pa.Table.from_batches(self._buffered)
            self._writer.write_table(table, row_group_size=table.num_rows)
            self._buffered = []
