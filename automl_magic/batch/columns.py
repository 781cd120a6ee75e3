"""Convert Arrow arrays to the columns that a recipe reads, with few copies and objects.

The values are the same as with pandas and `recipe.select_columns`, and don't depend on the other
values of the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl_magic.recipe.values import MAX_EXACT_INTEGER, NAN, NUMBER, Array, Column, EncodedColumn

_TRUE, _FALSE = ("True", "TRUE", "true"), ("False", "FALSE", "false")


def from_arrow(
    values: pa.Array, words: Collection[str] = (), numbers: Collection[float] = ()
) -> Column:
    """Convert an Arrow array: numbers and dates to NumPy arrays, other types to codes.

    Parameters
    ----------
    values : Arrow array of shape (n_rows,)
    words, numbers : collection of str, collection of float
        Texts and numbers that stand for a missing value.

    Returns
    -------
    array or Coded of shape (n_rows,)
    """
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.dictionary_decode()
        kind = values.type
    if words and (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        values = texts_as_null(values, words)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        values = _without(values, numbers)
    if pa.types.is_floating(kind):
        return _numpy(values)
    if pa.types.is_integer(kind):
        return _integers(values)
    if pa.types.is_boolean(kind) and not values.null_count:
        return _numpy(values)
    if pa.types.is_timestamp(kind):
        # Arrow counts from 1970 in UTC, with or without a zone.
        return _numpy(values.cast(pa.timestamp(kind.unit)))
    if pa.types.is_duration(kind):
        return _numpy(values)
    return _coded(values, lambda distinct: distinct.to_pylist())


def from_text(values: pa.Array, stored_as: str, missing: Collection[float] = ()) -> Column:
    """Convert texts to values of the type that the column had in training.

    Parameters
    ----------
    values : Arrow array of shape (n_rows,)
        Texts, null if missing.
    stored_as : str
        `number`, `boolean` or another type, which stays text.
    missing : collection of float
        Numbers that stand for a missing value.
    """
    if stored_as == "number":
        try:
            numbers = values.cast(pa.float64())
        except pa.ArrowInvalid:
            return _coded(values, lambda distinct: _numbers(distinct, missing))
        if not _has_long_integer(values, numbers):
            return _numpy(_without(numbers, missing))
        return _coded(values, lambda distinct: _numbers(distinct, missing))
    if stored_as == "boolean":
        return _coded(values, lambda distinct: [_boolean(t) for t in distinct.to_pylist()])
    return _coded(values, lambda distinct: distinct.to_pylist())


def from_values(values: Sequence[object]) -> Array:
    """Convert Python values to an array: float64 if all are numbers or missing, else objects."""
    kinds = set(map(type, values))
    if kinds <= {float, int, type(None)} and not _has_long_int(values, kinds):
        return np.array([NAN if value is None else value for value in values], dtype=np.float64)
    return np.fromiter(values, dtype=object, count=len(values))


def texts_as_null(values: pa.Array, words: Collection[str]) -> pa.Array:
    """Replace texts that stand for a missing value with null."""
    is_missing = pc.is_in(values, value_set=pa.array(words, type=values.type))
    return pc.if_else(is_missing, pa.scalar(None, values.type), values)


def _numpy(values: pa.Array) -> Array:
    array: Array = values.to_numpy(zero_copy_only=False)
    return array


def _integers(values: pa.Array) -> Column:
    if not values.null_count:
        return _numpy(values)
    bounds = pc.min_max(values)
    if all(bound is None or abs(bound) < MAX_EXACT_INTEGER for bound in bounds.as_py().values()):
        return _numpy(values)  # float64 with NaN
    return _coded(values, lambda distinct: distinct.to_pylist())


def _coded(values: pa.Array, convert: Callable[[pa.Array], Sequence[object]]) -> EncodedColumn:
    encoded = values.dictionary_encode()
    codes: Array = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    distinct = convert(encoded.dictionary)
    return EncodedColumn(codes, np.fromiter(distinct, dtype=object, count=len(distinct)))


def _has_long_integer(texts: pa.Array, numbers: pa.Array) -> bool:
    """Return whether an integer has more digits than a float can represent."""
    bounds = pc.min_max(numbers).as_py().values()
    return any(bound is not None and abs(bound) >= MAX_EXACT_INTEGER for bound in bounds) and bool(
        pc.any(pc.match_substring_regex(texts, r"^\s*[-+]?[0-9]{16,}\s*$")).as_py()
    )


def _has_long_int(values: Sequence[object], kinds: set[type]) -> bool:
    return int in kinds and any(
        type(value) is int and abs(value) >= MAX_EXACT_INTEGER for value in values
    )


def _without(values: pa.Array, missing: Collection[float]) -> pa.Array:
    if not missing:
        return values
    numbers = values.cast(pa.float64(), safe=False)
    is_missing = pc.is_in(numbers, value_set=pa.array(missing, type=pa.float64()))
    return pc.if_else(is_missing, pa.scalar(None, values.type), values)


def _numbers(texts: pa.Array, missing: Collection[float]) -> list[object]:
    numbers = [_number(text) for text in texts.to_pylist()]
    return [None if number in missing else number for number in numbers]


def _number(text: str) -> object:
    plain = text.strip()
    if NUMBER.fullmatch(plain) is None:
        return text
    if plain.lstrip("+-").isdigit() and len(plain) <= 20:
        return int(plain)
    return float(plain)


def _boolean(text: str) -> object:
    return True if text in _TRUE else False if text in _FALSE else text
