"""batch: predict tables that are larger than memory. The output file appears when it's complete.

formats     file formats: suffixes, media types, readers and writers
readers/    read CSV, Parquet, JSON lines, Arrow batches and frames in chunks
writers/    write CSV, Parquet and JSON lines in parts
parts       finished parts in a hidden folder next to the output, to resume an interrupted job
scoring     predict the rows in order, on all cores

It needs pyarrow but not pandas, so that servers can use it too.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automl_magic.batch.readers import (
        ArrowReader,
        CsvReader,
        FrameReader,
        JsonLinesReader,
        ParquetReader,
        Reader,
    )
    from automl_magic.batch.scoring import ScoringSummary, score

_HOME = {
    "ArrowReader": "readers",
    "CsvReader": "readers",
    "FrameReader": "readers",
    "JsonLinesReader": "readers",
    "ParquetReader": "readers",
    "Reader": "readers",
    "ScoringSummary": "scoring",
    "score": "scoring",
}

__all__ = [
    "ArrowReader",
    "CsvReader",
    "FrameReader",
    "JsonLinesReader",
    "ParquetReader",
    "Reader",
    "ScoringSummary",
    "score",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
