"""contents: the values of a column as drift checks see them, whatever their storage type.

A model's reference and the windows compared with it both use this code. So 1, 1.0 and "1" are the
same level on both sides, "$1,200" is a number, and `1` and `yes` are the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe.reading import ColumnReader
from automl_magic.recipe.values import Array, Column, Floats, as_text, missing_mask
from automl_magic.records import ColumnKind

LEVEL_KINDS = (ColumnKind.CATEGORY, ColumnKind.HIGH_CARDINALITY, ColumnKind.BOOLEAN)


@dataclass(frozen=True)
class Contents:
    """The readable values of a column: numbers, or the texts of levels.

    `rows` are the positions of the readable rows. `numbers` are seconds since 1970 for dates and
    numbers of characters for texts. `missing` and `unread` are masks over all rows: the value is
    missing, or doesn't match the column's kind.
    """

    rows: NDArray[np.intp]
    missing: NDArray[np.bool_]
    unread: NDArray[np.bool_]
    numbers: Floats | None = None
    texts: tuple[str, ...] | None = None


def read_contents(values: Array, reader: ColumnReader) -> Contents:
    """Read the values of a column."""
    column, unread = reader.read_column(values)
    absent = missing_mask(column)
    missing = absent & ~unread
    kind = reader.column.kind
    if kind in LEVEL_KINDS:
        rows = np.flatnonzero(~absent)
        texts = as_text(column[rows])
        return Contents(rows, missing, unread, texts=tuple([text or "" for text in texts]))
    numbers = _numbers(column, kind)
    is_read = ~np.isnan(numbers) & ~absent
    rows = np.flatnonzero(is_read)
    return Contents(rows, missing, ~is_read & ~missing, numbers=numbers[rows])


def _numbers(column: Column, kind: ColumnKind) -> Floats:
    if isinstance(column, np.ndarray) and kind is ColumnKind.DATE:
        seconds = column.astype(np.int64) / 1e6
        seconds[np.isnat(column)] = np.nan
        return np.asarray(seconds, dtype=np.float64)
    if isinstance(column, np.ndarray) and column.dtype.kind == "f":
        return column
    lengths = (np.nan if text is None else float(len(text)) for text in as_text(column))
    return np.fromiter(lengths, np.float64, count=len(column))
