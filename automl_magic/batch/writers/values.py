"""Convert output columns to texts, formatting each distinct value once."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl_magic.batch.writers.base import OutputColumn
from automl_magic.recipe.values import Array
from automl_magic.records.codec import json_text


def texts(
    column: OutputColumn,
    *,
    of_text: Callable[[str], str],
    of_bool: Callable[[bool], str],
    missing: str,
    infinite: str | None = None,
) -> list[str]:
    """Return a column as texts of a format.

    Parameters
    ----------
    column : array of shape (n_rows,), Arrow array, or list of JSON values
    of_text, of_bool : callable
        Format a text, and a boolean.
    missing : str
        Text of a missing value.
    infinite : str, optional
        Text of an infinite number. By default `inf` or `-inf`.
    """

    def format_non_finite(text: str) -> str:
        if text == "nan":
            return missing
        return infinite if infinite is not None and text in ("inf", "-inf") else text

    def format_value(value: object) -> str:
        if value is None:
            return missing
        if isinstance(value, float) and not math.isfinite(value):
            return format_non_finite(repr(float(value)))
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
                formatted if np.isfinite(column).all() else list(map(format_non_finite, formatted))
            )
        return _format_distinct(column.tolist(), format_value)
    if isinstance(column, pa.Array):
        return _format_distinct(_with_plain_types(column).to_pylist(), format_value)
    return [format_value(value) for value in column]


def plain_text(value: object) -> str:
    """Return a value other than a text or number as text: dates as ISO 8601, lists as JSON."""
    if isinstance(value, list | dict):
        return json_text(value, ensure_ascii=False)
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
    return json_text(value) if isinstance(value, bool) else value


def _with_plain_types(column: pa.Array) -> pa.Array:
    if pa.types.is_temporal(column.type) or pa.types.is_decimal(column.type):
        return pc.cast(column, pa.string())
    return column


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
