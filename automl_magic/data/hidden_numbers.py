"""Numbers stored as text: thousands separators, decimal commas, currency and percent signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.recipe.number_text import SEPARATORS, UNITS
from automl_magic.recipe.values import MAX_EXACT_INTEGER, as_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from automl_magic.recipe.values import Array, Floats

SHARE = 0.95
# Decimal and thousands separator. If two rules read the same values, the first wins: "1,234" is
# 1234.
_RULES = (
    *((".", ""), (".", ","), (",", ""), (",", ".")),
    *((".", " "), (",", " "), (".", "'"), (",", "'")),
)
_SAMPLE = 300
_LEADING_ZERO = re.compile("[^0-9.,]*0[0-9]")


@dataclass(frozen=True)
class NumbersInText:
    """A rule that reads numbers from text, and the share of rows it can read.

    `parse` is the rule as stored in records: `decimal`, and `thousands` if there's a separator.
    Currency signs, `%` and spaces around the digits are always removed. `signs` has those found.
    `is_ambiguous` means that another rule reads as many rows as other numbers.
    """

    parse: Mapping[str, str]
    share: float
    n_unread: int
    signs: str = ""
    is_ambiguous: bool = False


def find_numbers(levels: Array, counts: NDArray[np.int64]) -> NumbersInText | None:
    """Return the rule that reads at least 95% of the non-blank rows, or None.

    Parameters
    ----------
    levels : array of str, shape (n_levels,)
        The distinct values of the column.
    counts : array of int, shape (n_levels,)
        The number of rows with each value.
    """
    is_filled = np.array([not level.isspace() and level != "" for level in levels], dtype=bool)
    texts, counts_filled = levels[is_filled], counts[is_filled]
    rules = _likely_rules(texts)
    if not rules:
        return None
    read = {rule: read_numbers(texts, _parse(*rule)) for rule in rules}
    n_read = {rule: int(counts_filled[~np.isnan(numbers)].sum()) for rule, numbers in read.items()}
    equal = [rule for rule in rules if n_read[rule] == max(n_read.values())]
    best = _groups_of_amounts(equal, texts) or equal[0]
    numbers = read[best]
    if n_read[best] < SHARE * counts_filled.sum():
        return None
    number_texts = texts[~np.isnan(numbers)]
    # 00501 is a postal code or a key. As the number 501, it couldn't be looked up.
    if any(_LEADING_ZERO.match(text) for text in number_texts):
        return None
    # Floats can't tell these apart, so they're labels.
    if _has_equal_floats(texts[np.abs(numbers) > MAX_EXACT_INTEGER], decimal=best[0]):
        return None
    return NumbersInText(
        parse=_parse(*best),
        share=n_read[best] / int(counts_filled.sum()),
        n_unread=int(counts.sum()) - n_read[best],
        signs="".join(sign for sign in UNITS if any(sign in text for text in number_texts)),
        is_ambiguous=any(_differ(read[rule], numbers) for rule in equal),
    )


def read_numbers(levels: Array, parse: Mapping[str, str]) -> Floats:
    """Read texts by a rule, shape (n_levels,). Text that isn't a number becomes NaN."""
    return as_numbers(levels, parse)


def _parse(decimal: str, thousands: str) -> dict[str, str]:
    return {"decimal": decimal} | ({"thousands": thousands} if thousands else {})


def _likely_rules(texts: Array) -> list[tuple[str, str]]:
    """Return the rules that read a sample best. All values decide between them."""
    sample = texts[:_SAMPLE]
    if len(sample) == 0:
        return []
    used = set().union(*map(set, texts))
    # A sign that no value has makes no difference.
    rules = [
        (decimal, thousands)
        for decimal, thousands in _RULES
        if (decimal, thousands) == _RULES[0]
        or used.intersection(SEPARATORS.get(thousands, thousands) or decimal)
    ]
    shares = {rule: np.mean(~np.isnan(read_numbers(sample, _parse(*rule)))) for rule in rules}
    best = max(shares.values())
    if best < SHARE / 2:
        return []
    return [rule for rule, share in shares.items() if share >= best - 0.1]


def _groups_of_amounts(rules: list[tuple[str, str]], texts: Array) -> tuple[str, str] | None:
    """Return the rule for "950 €" and "1.234 €", where a point can only group digits.

    Amounts have no three decimals in some rows and none in the others.
    """
    if not {(".", ""), (",", ".")} <= set(rules):
        return None
    plain = [text for text in texts if "." not in text]
    has_units = any(unit in text for text in texts for unit in UNITS)
    return (",", ".") if plain and has_units and max(map(_n_digits, plain)) <= 3 else None


def _has_equal_floats(long: Array, decimal: str) -> bool:
    integers = {
        int("".join(filter(str.isdigit, text)))
        for text in long
        if decimal not in text and "e" not in text.lower()
    }
    return len(set(map(float, integers))) < len(integers)


def _n_digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _differ(left: Floats, right: Floats) -> bool:
    return bool((left != right)[~np.isnan(left) & ~np.isnan(right)].any())
