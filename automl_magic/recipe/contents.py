"""contents: the values of a column as drift checks see them, whatever their storage type.

A model's reference and the windows compared with it both use this code. So 1, 1.0 and "1" are the
same level on both sides, and "$1,200" is a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe.values import (
    Array,
    Floats,
    as_dates,
    as_numbers,
    as_text,
    missing_mask,
)
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


def read_contents(
    values: Array, kind: ColumnKind, parse: Mapping[str, str] | None = None
) -> Contents:
    """Read the values of a column; `parse` is that of its `InputColumn`."""
    missing = missing_mask(values)
    if kind in LEVEL_KINDS:
        rows = np.flatnonzero(~missing)
        texts = as_text(values[rows])
        levels = tuple("" if text is None else text for text in texts)
        return Contents(rows, missing, np.zeros(len(values), bool), texts=levels)
    numbers = _numbers(values, kind, parse or {})
    is_read = ~np.isnan(numbers) & ~missing
    rows = np.flatnonzero(is_read)
    return Contents(rows, missing, ~is_read & ~missing, numbers=numbers[rows])


def _numbers(values: Array, kind: ColumnKind, parse: Mapping[str, str]) -> Floats:
    if kind is ColumnKind.DATE:
        dates = as_dates(values, parse.get("date_format"))
        seconds = dates.astype(np.int64) / 1e6
        seconds[np.isnat(dates)] = np.nan
        return np.asarray(seconds, dtype=np.float64)
    if kind is ColumnKind.TEXT:
        lengths = (np.nan if text is None else float(len(text)) for text in as_text(values))
        return np.fromiter(lengths, np.float64, count=len(values))
    return as_numbers(values, parse)
