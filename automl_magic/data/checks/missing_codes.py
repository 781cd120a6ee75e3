"""AM017: numbers such as -999 that may stand for a missing value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from automl_magic.data.checks.context import CheckContext
from automl_magic.data.kinds import ColumnValues, to_numbers
from automl_magic.errors import shorten
from automl_magic.records import ColumnKind, Finding, Severity

CODE, TITLE = "AM017", "Possible codes for missing values"
CODES = (*(sign * (10**digits - 1) for digits in range(2, 10) for sign in (-1, 1)), -1)
MIN_ROWS, MIN_SHARE = 3, 0.005


def run(table: CheckContext) -> Iterator[Finding]:
    codes = {
        column.name: code_and_rows
        for values, column in zip(table.values, table.columns, strict=True)
        if column.kind is ColumnKind.NUMBER
        and (code_and_rows := _code(values, column.parse)) is not None
    }
    if not codes:
        return
    counts = {name: n for name, (_, n) in codes.items()}
    texts = [f"{name[:36]!r} is {code} in {n:,} rows" for name, (code, n) in codes.items()]
    name, (first_code, _) = next(iter(codes.items()))
    yield Finding(
        code=CODE,
        severity=Severity.INFO,
        title=TITLE,
        detail=f"{shorten(texts)}, far from the other values. It's read as a number.",
        fix=f"If it means that the value is missing, type --missing {f'{name}={first_code}'!r}, or "
        "list it under missing: {columns: {COLUMN: [TEXT]}}.",
        columns=tuple(codes),
        evidence={"code": {name: code for name, (code, _) in codes.items()}, "rows": counts},
    )


def _code(values: ColumnValues, parse: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the code and its number of rows, or None if there's none.

    A code is the smallest or largest number, far from all others, and occurs in several rows.
    """
    numbers = to_numbers(values, parse)
    if numbers is None:
        return None
    numbers = numbers[np.isfinite(numbers)]
    for code in CODES:
        is_code = numbers == code
        n = int(is_code.sum())
        others = numbers[~is_code]
        if n < max(MIN_ROWS, MIN_SHARE * len(numbers)) or len(others) < MIN_ROWS:
            continue
        low, high = float(others.min()), float(others.max())
        gap = low - code if code < low else code - high
        # -1 among counts is near to them, but negative.
        is_far = code == -1 or gap > high - low
        if is_far and (code > 0 or low >= 0):
            return code, n
    return None
