"""columns: Arrow arrays → the columns that a recipe reads, with few copies and few objects.

The result is what pandas and `recipe.table_of` make of the same file, value by value, and does not
depend on the other values of the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl_magic.recipe.values import EXACT, NAN, NUMBER, Array, Coded, Column

# What pandas takes for a missing value in a text file, quoted or not.
MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
_TRUE, _FALSE = ("True", "TRUE", "true"), ("False", "FALSE", "false")


def from_arrow(values: pa.Array) -> Column:
    """Return a column of plain values: numbers and dates as NumPy arrays, all else coded."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.dictionary_decode()
        kind = values.type
    if pa.types.is_floating(kind):
        return _numpy(values)
    if pa.types.is_integer(kind):
        return _integers(values)
    if pa.types.is_boolean(kind) and not values.null_count:
        return _numpy(values)
    if pa.types.is_timestamp(kind):
        # With a zone or without, Arrow counts from 1970 in UTC.
        return _numpy(values.cast(pa.timestamp(kind.unit)))
    if pa.types.is_duration(kind):
        return _numpy(values)
    return _coded(values, lambda distinct: distinct.to_pylist())


def from_text(values: pa.Array, stored_as: str) -> Column:
    """Return a column of text, null where missing, as values of the kind that training had."""
    if stored_as == "number":
        try:
            numbers = values.cast(pa.float64())
        except pa.ArrowInvalid:
            return _coded(values, lambda distinct: [_number(t) for t in distinct.to_pylist()])
        if not _has_long(values, numbers):
            return _numpy(numbers)
        return _coded(values, lambda distinct: [_number(t) for t in distinct.to_pylist()])
    if stored_as == "boolean":
        return _coded(values, lambda distinct: [_boolean(t) for t in distinct.to_pylist()])
    return _coded(values, lambda distinct: distinct.to_pylist())


def from_values(values: Sequence[object]) -> Array:
    """Return a column of Python values, numbers as float64 where all are."""
    kinds = set(map(type, values))
    if kinds <= {float, int, type(None)} and not _has_long_int(values, kinds):
        return np.array([NAN if value is None else value for value in values], dtype=np.float64)
    return np.fromiter(values, dtype=object, count=len(values))


def missing_as_null(values: pa.Array) -> pa.Array:
    """Return a column of text with null where the text says that the value is missing."""
    gone = pc.is_in(values, value_set=pa.array(MISSING))
    return pc.if_else(gone, pa.scalar(None, values.type), values)


def _numpy(values: pa.Array) -> Array:
    array: Array = values.to_numpy(zero_copy_only=False)
    return array


def _integers(values: pa.Array) -> Column:
    if not values.null_count:
        return _numpy(values)
    highest = pc.min_max(values)
    if all(one is None or abs(one) < EXACT for one in highest.as_py().values()):
        return _numpy(values)  # float64 with NaN
    return _coded(values, lambda distinct: distinct.to_pylist())


def _coded(values: pa.Array, read: Any) -> Coded:
    encoded = values.dictionary_encode()
    codes: Any = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    distinct = read(encoded.dictionary)
    return Coded(codes, np.fromiter(distinct, dtype=object, count=len(distinct)))


def _has_long(texts: pa.Array, numbers: pa.Array) -> bool:
    """Say whether a number has more digits than a float holds."""
    span = pc.min_max(numbers).as_py().values()
    return any(one is not None and abs(one) >= EXACT for one in span) and bool(
        pc.any(pc.match_substring_regex(texts, r"^\s*[-+]?[0-9]{16,}\s*$")).as_py()
    )


def _has_long_int(values: Sequence[object], kinds: set[type]) -> bool:
    return int in kinds and any(type(one) is int and abs(one) >= EXACT for one in values)


def _number(text: str) -> object:
    plain = text.strip()
    if NUMBER.fullmatch(plain) is None:
        return text
    if plain.lstrip("+-").isdigit() and len(plain) <= 20:
        return int(plain)
    return float(plain)


def _boolean(text: str) -> object:
    return True if text in _TRUE else False if text in _FALSE else text
