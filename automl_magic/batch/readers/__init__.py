"""Readers of tables in chunks, one module per format."""

from automl_magic.batch.readers.arrow import ArrowReader
from automl_magic.batch.readers.base import Chunk, Reader
from automl_magic.batch.readers.delimited import CsvReader
from automl_magic.batch.readers.frame import FrameReader
from automl_magic.batch.readers.json_lines import JsonLinesReader
from automl_magic.batch.readers.parquet import ParquetReader

__all__ = [
    "ArrowReader",
    "Chunk",
    "CsvReader",
    "FrameReader",
    "JsonLinesReader",
    "ParquetReader",
    "Reader",
]
