"""Convert output columns to texts, formatting each distinct value once."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl_magic.batch.writers.base import OutputColumn
from automl_magic.recipe.values import Array


def texts(
    column: OutputColumn,
    *,
    of_text: Callable[[str], str],
    of_bool: Callable[[bool], str],
    missing: str,
) -> list[str]:
    """Return a column as texts of a format.

    Parameters
    ----------
    column : array of shape (n_rows,), Arrow array, or list of JSON values
    of_text, of_bool : callable
        Format a text, and a boolean.
    missing : str
        Text of a missing value.
    """

    def format_value(value: object) -> str:
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return missing
        if isinstance(value, bool | np.bool_):
            return of_bool(bool(value))
        if isinstance(value, int | float | np.number):
            return repr(value.item() if isinstance(value, np.generic) else value)
        return of_text(value if isinstance(value, str) else plain_text(value))

    if isinstance(column, np.ndarray):
        if column.dtype.kind == "f":
            # `repr` is the shortest text that reads back as the same number.
            formatted = list(map(repr, column.tolist()))
            return (
                formatted if np.isfinite(column).all() else [_finite(t, missing) for t in formatted]
            )
        return _format_distinct(column.tolist(), format_value)
    if isinstance(column, pa.Array):
        return _format_distinct(_with_plain_types(column).to_pylist(), format_value)
    return [format_value(value) for value in column]


def plain_text(value: object) -> str:
    """Return a value other than a text or number as text: dates as ISO 8601, lists as JSON."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def arrow_of(column: OutputColumn) -> pa.Array:
    """Convert an output column to an Arrow array. Its type doesn't depend on the values."""
    if isinstance(column, pa.Array):
        return column
    if isinstance(column, np.ndarray):
        if column.dtype.kind != "O":
            return pa.array(column)
        return _labels(column)
    return pa.array(
        [v if v is None or isinstance(v, str) else plain_text(_json(v)) for v in column],
        pa.string(),
    )


def _labels(column: Array) -> pa.Array:
    try:
        return pa.array(column, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):  # labels of several types
        return pa.array([str(label) for label in column.tolist()], pa.string())


def _json(value: object) -> object:
    return json.dumps(value) if isinstance(value, bool) else value


def _with_plain_types(column: pa.Array) -> pa.Array:
    if pa.types.is_temporal(column.type) or pa.types.is_decimal(column.type):
        return pc.cast(column, pa.string())
    return column


def _finite(text: str, missing: str) -> str:
    return missing if text == "nan" else text


def _format_distinct(values: Sequence[object], format_value: Callable[[object], str]) -> list[str]:
    # The key includes the type, because 1, 1.0 and True are equal.
    cache: dict[tuple[type, object], str] = {}
    formatted = []
    for value in values:
        key = (type(value), value)
        text = cache.get(key)
        if text is None:
            text = format_value(value)
            if len(cache) < 4096:
                cache[key] = text
        formatted.append(text)
    return formatted
