"""batch: a table larger than memory, a model → its predictions, as a file that appears as a whole.

formats     the kinds of files: their endings and media types, and who reads and writes them
readers/    CSV, Parquet, JSON lines, Arrow batches and frames, some rows at a time (one file each)
writers/    CSV, Parquet and JSON lines, part by part (one file each)
parts       what is done already: a hidden folder beside the output, and what it was made from
scoring     the rows through the model, in order, on all cores

It needs pyarrow and no pandas, so that a server scores files with it too.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl_magic.batch.readers import (
        ArrowReader,
        CsvReader,
        FrameReader,
        JsonLinesReader,
        ParquetReader,
        Reader,
    )
    from automl_magic.batch.scoring import Scored, score

_HOME = {
    "ArrowReader": "readers",
    "CsvReader": "readers",
    "FrameReader": "readers",
    "JsonLinesReader": "readers",
    "ParquetReader": "readers",
    "Reader": "readers",
    "Scored": "scoring",
    "score": "scoring",
}

__all__ = [
    "ArrowReader",
    "CsvReader",
    "FrameReader",
    "JsonLinesReader",
    "ParquetReader",
    "Reader",
    "Scored",
    "score",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
