"""Numbers stored as text: thousands separators, decimal commas, currency and percent signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from automl_magic.recipe.values import Array

SHARE = 0.95
# Decimal and thousands separator. If two rules read the same values, the first wins: "1,234" is
# 1234.
_RULES = ((".", ""), (".", ","), (",", ""), (",", "."), (".", " "), (",", " "), (".", "'"))
_SIGNS = "$€£¥₹₽₩₺₴₫₪฿¢%"
_SPACES = " \t\u00a0\u202f\u2009"
_SAMPLE = 300
_LEADING_ZERO = re.compile(r"0[0-9]")
_LOOKS_LIKE = re.compile(
    rf"[-+]?[{_SIGNS}]?\s*[-+]?\.?[0-9][0-9.,'{_SPACES}]*(e[-+]?[0-9]+)?\s*[{_SIGNS}]?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class NumbersInText:
    """A rule that reads numbers from text, and the share of rows it can read.

    `parse` is the rule as stored in records: `decimal`, and `thousands` if there's a separator.
    Currency signs, `%` and spaces around the digits are always removed. `signs` has those found.
    """

    parse: Mapping[str, str]
    share: float
    n_unread: int
    signs: str = ""


def find_numbers(levels: Array, counts: NDArray[np.int64]) -> NumbersInText | None:
    """Return the rule that reads at least 95% of the non-blank rows, or None.

    Parameters
    ----------
    levels : array of str, shape (n_levels,)
        The distinct values of the column.
    counts : array of int, shape (n_levels,)
        The number of rows with each value.
    """
    texts = [level.strip() for level in levels]
    filled = np.array([bool(text) for text in texts])
    n_filled = int(counts[filled].sum())
    sample = [text for text in texts[: _SAMPLE * 2] if text][:_SAMPLE]
    if n_filled == 0 or _share_like(sample) < SHARE / 2:
        return None
    best: tuple[int, tuple[str, str]] = (0, _RULES[0])
    for rule in _RULES:
        pattern = _pattern(*rule)
        n_read = int(counts[[bool(pattern.fullmatch(text)) for text in texts]].sum())
        if n_read > best[0]:
            best = (n_read, rule)
    n_read, rule = best
    if n_read < SHARE * n_filled:
        return None
    pattern = _pattern(*rule)
    numbers = [text for text in texts if pattern.fullmatch(text)]
    # 00501 is a postal code or a key. As the number 501, it couldn't be looked up.
    if any(_LEADING_ZERO.match(text) for text in numbers):
        return None
    signs = "".join(sign for sign in _SIGNS if any(sign in text for text in numbers))
    parse = {"decimal": rule[0]}
    if rule[1]:
        parse["thousands"] = rule[1]
    return NumbersInText(parse, n_read / n_filled, int(counts.sum()) - n_read, signs)


def read_numbers(levels: Array, parse: Mapping[str, str]) -> NDArray[np.float64]:
    """Read texts by a rule, shape (n_levels,). Text that isn't a number becomes NaN."""
    pattern = _pattern(parse["decimal"], parse.get("thousands", ""))
    return np.array([_number(text.strip(), pattern, parse) for text in levels], dtype=np.float64)


def _share_like(sample: list[str]) -> float:
    return sum(bool(_LOOKS_LIKE.fullmatch(text)) for text in sample) / max(len(sample), 1)


def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    integer = r"[0-9]+"
    if thousands:
        separator = f"[{_SPACES}]" if thousands == " " else re.escape(thousands)
        integer = rf"(?:[0-9]{{1,3}}(?:{separator}[0-9]{{3}})+|[0-9]+)"
    fraction = rf"(?:{re.escape(decimal)}[0-9]*)?"
    digits = rf"(?:{integer}{fraction}|{re.escape(decimal)}[0-9]+)(?:[eE][-+]?[0-9]+)?"
    return re.compile(rf"(?:[-+]?[{_SIGNS}]?|[{_SIGNS}]\s?[-+]?){digits}\s?[{_SIGNS}]?")


def _number(text: str, pattern: re.Pattern[str], parse: Mapping[str, str]) -> float:
    if not pattern.fullmatch(text):
        return float("nan")
    for dropped in (*_SIGNS, *_SPACES, parse.get("thousands", "")):
        text = text.replace(dropped, "") if dropped else text
    return float(text.replace(parse["decimal"], "."))
