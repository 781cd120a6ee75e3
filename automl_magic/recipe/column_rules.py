"""column_rules: the valid values of a column in a request: a quick check, a full check, and texts.

A request has types, so a text isn't a number here unless the training table had texts. Apart from
that, values are read as everywhere, by `recipe.reading`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from automl_magic.recipe.reading import LABELS, UNREAD, ColumnReader
from automl_magic.recipe.values import (
    EPOCH,
    MAX_EXACT_INTEGER,
    MAX_MAGNITUDE,
    category_text,
    to_float,
)
from automl_magic.records import ColumnKind
from automl_magic.records.data.schema import InputColumn

MAX_SHOWN_LEVELS = 10


class CheckedValue(NamedTuple):
    """The value as passed to the model, and its problem, if any."""

    value: object
    problem: str | None = None
    expected: str = ""
    actual: str = ""


ValueChecker: TypeAlias = Callable[[object], CheckedValue]
QuickCheck: TypeAlias = Callable[[object], bool]


def number_range(column: InputColumn) -> tuple[float, float] | None:
    """Return the training range of a numeric column, or None for other columns."""
    if column.kind is not ColumnKind.NUMBER or column.stored_as not in ("number", "text"):
        return None
    if column.low is None or column.high is None:
        return math.inf, -math.inf  # without training values, no value passes the quick check
    return column.low, column.high


def quick_check_for(column: InputColumn, missing: Collection[str] = ()) -> QuickCheck | None:
    """Return the quick check of a column: True if a value is valid as is."""
    missing = frozenset({"", *missing})
    if column.kind is ColumnKind.BOOLEAN and column.stored_as == "boolean":
        return lambda value: value is True or value is False
    if column.kind is ColumnKind.BOOLEAN and column.stored_as == "text" and column.parse:
        texts = frozenset(column.parse.values())
        return lambda value: type(value) is str and value in texts
    if column.kind is ColumnKind.BOOLEAN and column.stored_as == "number":
        return lambda value: type(value) is int and value in {0, 1}
    if column.stored_as != "text":
        return None
    if column.kind in LABELS and column.levels:
        levels = frozenset(column.levels) - missing
        return lambda value: type(value) is str and value in levels
    if column.kind in LABELS or column.kind is ColumnKind.TEXT:
        return lambda value: type(value) is str and value not in missing
    return None


def value_checker_for(column: InputColumn, missing: Collection[str] = ()) -> ValueChecker:
    """Return the full check of a column, for any value.

    Parameters
    ----------
    missing : collection of str
        The texts that stand for a missing value.
    """
    rule = {
        ColumnKind.NUMBER: _number_checker,
        ColumnKind.BOOLEAN: _boolean_checker,
        ColumnKind.DATE: _date_checker,
    }.get(column.kind, _label_checker)
    reader = ColumnReader(column, missing)
    check_value = rule(column, reader)
    expected = _describe_column(column)

    def check(value: object) -> CheckedValue:
        if value is None or (type(value) is str and reader.is_missing(value)):
            if column.nullable:
                return CheckedValue(None)
            actual = "null" if value is None else short_value(value)
            return CheckedValue(None, "missing", expected, actual)
        checked = check_value(value)
        if checked.problem is None:
            return checked
        actual = short_value(value) if column.personal is None else _describe_type(value)
        return checked._replace(expected=checked.expected or expected, actual=actual)

    return check


def short_value(value: object) -> str:
    """Return a value for an error message: short, and on one line."""
    if isinstance(value, str):
        # Truncate first: repr of a megabyte is slow.
        text = repr(value[:60])
        return text if len(value) <= 60 else f"{text[:-1]}…{text[-1]}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        return str(value) if value.bit_length() < 200 else "a number with too many digits"
    return _describe_type(value)


def _number_checker(column: InputColumn, reader: ColumnReader) -> ValueChecker:
    del reader
    low, high, parse = column.low, column.high, column.parse
    as_text, as_boolean = column.stored_as == "text", column.stored_as == "boolean"

    def check(value: Any) -> CheckedValue:
        kind = type(value)
        if kind is float or kind is int or (kind is bool and as_boolean):
            number = value
        elif kind is str and as_text:
            number = to_float(value, parse)
        else:
            return CheckedValue(value, "type")
        if not -MAX_MAGNITUDE <= number <= MAX_MAGNITUDE:  # NaN as well
            return CheckedValue(
                value, "type", f"{_describe_column(column)} that is finite and below 3.4e38"
            )
        if low is not None and high is not None and not low <= number <= high:
            return CheckedValue(value, "range", f"a number from {low:.12g} to {high:.12g}")
        return CheckedValue(value)

    return check


def _boolean_checker(column: InputColumn, reader: ColumnReader) -> ValueChecker:
    del column

    def check(value: object) -> CheckedValue:
        meaning = reader.read(value)
        if meaning is UNREAD or meaning is None:
            return CheckedValue(value, "type")
        return CheckedValue(meaning)

    return check


def _date_checker(column: InputColumn, reader: ColumnReader) -> ValueChecker:
    low, high = column.low, column.high

    def check(value: object) -> CheckedValue:
        moment = reader.read(value)
        if not isinstance(moment, datetime):
            return CheckedValue(value, "type")
        seconds = (moment - EPOCH).total_seconds()
        if low is not None and high is not None and not low <= seconds <= high:
            return CheckedValue(value, "range", f"a date from {_iso(low)} to {_iso(high)}")
        return CheckedValue(value)

    return check


def _label_checker(column: InputColumn, reader: ColumnReader) -> ValueChecker:
    del reader
    levels = frozenset(column.levels)
    is_label = column.kind in LABELS
    native = {"text": (str,), "boolean": (bool,), "number": (int, float)}.get(
        column.stored_as, (str,)
    )

    def check(value: Any) -> CheckedValue:
        kind = type(value)
        if kind not in (str, int, float, bool) or (kind is float and not math.isfinite(value)):
            return CheckedValue(value, "type")
        # 1, 1.0 and "1" are the same category, however the client serializes it.
        if is_label and levels and category_text(value) in levels:
            return CheckedValue(value)
        # A float this large can stand for several integers.
        is_rounded = kind is float and abs(value) >= MAX_EXACT_INTEGER and is_label
        if kind not in native or is_rounded:
            return CheckedValue(value, "type")
        return CheckedValue(value, "category") if is_label and levels else CheckedValue(value)

    return check


def _describe_column(column: InputColumn) -> str:
    """Describe the valid values of a column, for an error message."""
    null = " or null" if column.nullable else ""
    if column.kind is ColumnKind.NUMBER:
        return (
            "a number, or a text with a number" if column.stored_as == "text" else "a number"
        ) + null
    if column.kind is ColumnKind.BOOLEAN and column.stored_as == "boolean":
        return f"true or false{null}"
    if column.kind is ColumnKind.BOOLEAN:
        return " or ".join(map(repr, column.parse.values())) + null
    if column.kind is ColumnKind.DATE:
        date_format = column.parse.get("date_format")
        return (f"a date like {date_format}" if date_format else "an ISO 8601 date") + null
    if column.levels:
        first_levels = ", ".join(repr(level[:40]) for level in column.levels[:MAX_SHOWN_LEVELS])
        more = f" or {len(column.levels) - MAX_SHOWN_LEVELS} others"
        return f"one of {first_levels}{more if len(column.levels) > MAX_SHOWN_LEVELS else ''}{null}"
    return {"number": "a number", "boolean": "true or false"}.get(column.stored_as, "a text") + null


def _describe_type(value: object) -> str:
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    return "a number" if isinstance(value, int | float) else type(value).__name__


def _iso(seconds: float) -> str:
    moment = EPOCH + timedelta(seconds=seconds)
    return moment.isoformat(timespec="seconds").removesuffix("T00:00:00")
