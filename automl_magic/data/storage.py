"""How the values of a column are stored, independent of pandas' type names."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.errors import DataNotReadable
from automl_magic.recipe.values import (
    MAX_EXACT_INTEGER,
    category_text,
    to_float,
    to_utc_datetime,
)
from automl_magic.recipe.values import as_dates as array_as_dates
from automl_magic.recipe.values import as_numbers as array_as_numbers

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from automl_magic.recipe.values import Array

_BY_CONTENT = {
    "boolean": "boolean",
    "integer": "number",
    "floating": "number",
    "mixed-integer-float": "number",
    "decimal": "number",
    "timedelta": "number",
    "timedelta64": "number",
    "date": "date",
    "datetime": "date",
    "datetime64": "date",
}
# What no model can read, by pandas' name for the content, and the code that makes it readable.
_UNREADABLE = {
    "complex": ("complex numbers", ".abs()"),
    "interval": ("intervals", ".astype(str)"),
    "period": ("periods", ".dt.to_timestamp()"),
    "bytes": ("bytes", '.str.decode("utf-8")'),
}
_NESTED = (list, dict, set, frozenset, tuple, np.ndarray)
# Larger integers have no type in Parquet.
_MIN_INTEGER, _MAX_INTEGER = -(2**63), 2**64 - 1


def stored_as(column: pd.Series) -> str:
    """Return `number`, `boolean`, `date` or `text`.

    Raises
    ------
    DataNotReadable
        If the column has lists, intervals, complex numbers or the like.
    """
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return stored_as(pd.Series(dtype.categories, name=column.name))
    check_readable(column)
    if pd.api.types.is_object_dtype(dtype):
        return _by_content(column)
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if pd.api.types.is_numeric_dtype(dtype) or dtype.kind == "m":
        return "number"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "date"
    return "text"


def check_readable(column: pd.Series) -> None:
    """Check that a column has values that a model can read.

    Raises
    ------
    DataNotReadable
        If it has lists, intervals, complex numbers or the like. The error names the column.
    """
    kind = _unreadable_kind(column)
    if kind is None:
        return
    name = repr(str(column.name)[:40])
    if kind == "nested":
        raise DataNotReadable(
            f"The column {name} is nested.",
            why="Its values are lists or objects.",
            fix="Remove it, or write its parts as separate columns, with pandas.json_normalize.",
        )
    contents, conversion = _UNREADABLE[kind]
    raise DataNotReadable(
        f"The column {name} has {contents}.",
        why="Models read numbers, text, dates, and true and false.",
        fix=f"Convert it: frame[{name}] = frame[{name}]{conversion}",
    )


def _unreadable_kind(column: pd.Series) -> str | None:
    import pandas as pd

    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _unreadable_kind(pd.Series(dtype.categories))
    if isinstance(dtype, pd.PeriodDtype):
        return "period"
    if isinstance(dtype, pd.IntervalDtype):
        return "interval"
    if isinstance(dtype, pd.ArrowDtype):
        import pyarrow as pa

        arrow = dtype.pyarrow_dtype
        is_bytes = pa.types.is_binary(arrow) or pa.types.is_large_binary(arrow)
        return "nested" if pa.types.is_nested(arrow) else "bytes" if is_bytes else None
    if not pd.api.types.is_object_dtype(dtype):
        return "complex" if dtype.kind == "c" else None
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind == "mixed" and any(isinstance(value, _NESTED) for value in column):
        return "nested"
    return kind if kind in _UNREADABLE else None


def _by_content(column: pd.Series) -> str:
    import pandas as pd

    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind in ("mixed", "mixed-integer"):
        types = tuple(set(map(type, column.dropna())))
        if all(issubclass(t, int | float | Decimal | np.number) and t is not bool for t in types):
            kind = "decimal"
        elif all(issubclass(t, date) for t in types):
            kind = "datetime"
    if kind in ("integer", "decimal") and _has_too_long_integer(column):
        return "text"
    return _BY_CONTENT.get(kind, "text")


def _has_too_long_integer(column: pd.Series) -> bool:
    return any(
        not _MIN_INTEGER <= value <= _MAX_INTEGER
        for value in column.dropna()
        if isinstance(value, int) or (isinstance(value, Decimal) and value.is_finite())
    )


def to_storable(column: pd.Series) -> pd.Series | None:
    """Return a column as Parquet can store it, or None if it can store it as it is.

    Values of several types become text, as the models read them. So do integers that are too long.

    Raises
    ------
    DataNotReadable
        If the column has lists, intervals, complex numbers or the like.
    """
    import pandas as pd

    check_readable(column)
    if isinstance(column.dtype, pd.SparseDtype):
        return pd.Series(np.asarray(column), index=column.index, name=column.name)
    if not pd.api.types.is_object_dtype(column.dtype):
        return None
    storage = stored_as(column)
    if storage == "text":
        is_text = pd.api.types.infer_dtype(column, skipna=True) in ("string", "empty")
        return None if is_text else as_text(column)
    if storage != "number" or pd.api.types.infer_dtype(column, skipna=True).startswith("timedelta"):
        return None
    numbers = exact_numbers(column)
    if numbers.dtype == object:
        if None in numbers or not all(isinstance(number, int) for number in numbers):
            return as_text(column)
        numbers = numbers.astype(np.uint64 if numbers.max() > np.iinfo(np.int64).max else np.int64)
    return pd.Series(numbers, index=column.index, name=column.name)


def exact_numbers(column: pd.Series) -> Array:
    """Return a number column as an array of shape (n_rows,) that keeps each integer.

    The array is of float64 or integers, or of objects if there are both missing values and
    integers that float64 can't represent. Missing values are NaN, or None among objects.
    """
    if column.dtype.kind in "iu" and not column.isna().any():
        numbers: Array = column.to_numpy(dtype=f"{column.dtype.kind}8")
        return numbers
    floats = as_numbers(column)
    largest = np.abs(floats[np.isfinite(floats)]).max(initial=0.0)
    if largest < MAX_EXACT_INTEGER or column.dtype.kind == "f":
        return floats
    plain = [
        _exact(value, number) for value, number in zip(column.astype(object), floats, strict=True)
    ]
    return np.fromiter(plain, dtype=object, count=len(plain))


def _exact(value: object, number: float) -> int | float | None:
    if math.isnan(number):
        return None
    is_integer = isinstance(value, int | np.integer) or (
        isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value()
    )
    return int(value) if is_integer and not isinstance(value, bool) else number  # type: ignore[call-overload]


def as_numbers(column: pd.Series) -> NDArray[np.float64]:
    """Return a number or boolean column as float64, shape (n_rows,). Missing values are NaN.

    Time differences are seconds.
    """
    import pandas as pd

    if column.dtype.kind == "m" and not isinstance(column.dtype, pd.ArrowDtype):
        return array_as_numbers(column.to_numpy())
    if column.dtype == object or isinstance(column.dtype, pd.CategoricalDtype | pd.ArrowDtype):
        numbers = (
            math.nan if missing else _float(value)
            for value, missing in zip(column.astype(object), column.isna(), strict=True)
        )
        return np.fromiter(numbers, dtype=np.float64, count=len(column))
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _float(value: object) -> float:
    if isinstance(value, timedelta | np.timedelta64):
        return to_float(value)
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return math.inf


def as_dates(column: pd.Series) -> NDArray[np.datetime64]:
    """Return a date column as datetime64[us] in UTC or without a time zone, shape (n_rows,)."""
    if getattr(column.dtype, "tz", None) is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        return array_as_dates(column.to_numpy())
    is_missing = column.isna().to_numpy()
    dates = [
        None if missing else to_utc_datetime(value)
        for value, missing in zip(column.astype(object), is_missing, strict=True)
    ]
    return np.array(dates, dtype="datetime64[us]")


def as_text(column: pd.Series) -> pd.Series:
    """Return a column with all non-missing values as text, as the models read them."""
    import pandas as pd

    if isinstance(column.dtype, pd.StringDtype):
        return column
    is_missing = column.isna().to_numpy()
    values = column.astype(object).to_numpy()
    # As objects, because pandas' string type can't hold half of a character.
    texts = [
        None if missing else value if type(value) is str else category_text(value)
        for value, missing in zip(values, is_missing, strict=True)
    ]
    return pd.Series(texts, index=column.index, name=column.name, dtype=object)
