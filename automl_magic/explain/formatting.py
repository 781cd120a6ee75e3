"""Formatting of table values for JSON, text and chart axes, and rounding of numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np

from automl_magic.display import text
from automl_magic.display.numbers import format_value
from automl_magic.display.text import printable
from automl_magic.recipe.values import category_text, is_missing_value
from automl_magic.records.explanations.evaluation import Measure

JsonScalar: TypeAlias = bool | int | float | str | None

# Significant digits of the numbers in an explanation, which has thousands of them.
DIGITS = 6
MAX_TEXT_LENGTH = 2_000
MISSING = "(missing)"


def round_number(value: float) -> float:
    """Return a finite number rounded to six significant digits."""
    return float(f"{float(value):.{DIGITS}g}")


def round_numbers(values: Iterable[float]) -> tuple[float, ...]:
    """Return finite numbers rounded to six significant digits."""
    return tuple(round_number(value) for value in values)


def round_finite(value: float | None) -> float | None:
    """Return a number rounded to six significant digits, or None if it isn't finite."""
    return None if value is None or not math.isfinite(value) else round_number(value)


def to_json_value(value: object) -> JsonScalar:
    """Return a value of a table as JSON: a number, true or false, text, or None if it is missing.

    Dates are ISO 8601; text beyond 2,000 characters is cut.
    """
    if is_missing_value(value):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    string = category_text(value)
    if string is None:
        return None
    # UTF-8 can't encode lone surrogates.
    string = string.encode("utf-8", "replace").decode()
    return string if len(string) <= MAX_TEXT_LENGTH else string[: MAX_TEXT_LENGTH - 1] + "…"


def format_cell(value: object, limit: int = 40) -> str:
    """Return a value of a table for reading, on one line."""
    if value is None or is_missing_value(value):
        return MISSING
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    return printable(to_json_value(value), limit) or "(empty)"


def axis_label(value: object, limit: int = 24) -> str:
    """Return a name or value with `$` escaped, which would start a formula in matplotlib."""
    return text.axis_label(format_cell(value, limit))


def format_measure(measure: Measure) -> str:
    """Return a measure with its interval: `0.912 [0.905, 0.919]`, or a dash."""
    if measure.low is None or measure.high is None:
        return format_value(measure.value)
    return (
        f"{format_value(measure.value)} [{format_value(measure.low)}, {format_value(measure.high)}]"
    )
