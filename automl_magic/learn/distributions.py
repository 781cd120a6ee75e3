"""Distributions in few numbers: the cumulative form of numbers, the shares of levels."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from automl_magic.recipe.values import Floats
from automl_magic.records.monitoring.reference import Levels, Numbers

DIGITS = 6
LONGEST_LEVEL = 200
HEAP = 0.02


def numbers_of(values: Floats, n_knots: int) -> Numbers | None:
    """Return the distribution of some numbers, or None where there is none.

    Parameters
    ----------
    values : array, shape (n,)
        Finite numbers.
    n_knots : int
        How many quantiles to keep at most: 10 k + 1, so that the deciles are among them.
    """
    if len(values) == 0:
        return None
    values = np.sort(values)
    knots = np.unique(values)
    if len(knots) > n_knots:
        shares = np.linspace(0, 1, n_knots)
        # A value that occurs, never one between two: so many rows are at most it, exactly.
        at_shares = np.unique(np.quantile(values, shares, method="inverted_cdf"))
        knots = np.unique([_short(float(knot)) for knot in at_shares])
        # A value that many rows have, such as 0, stays itself.
        heaps = at_shares[_n_equal(values, at_shares) >= HEAP * len(values)]
        knots = np.unique([*knots, *heaps])
    below = np.searchsorted(values, knots, side="right") / len(values)
    return Numbers(
        knots=tuple(float(knot) for knot in knots),
        below=tuple(round(float(share), 6) for share in below),
        mean=_digits(float(np.mean(values))),
        sd=_digits(float(np.std(values))),
    )


def levels_of(texts: Sequence[str], most: int) -> Levels | None:
    """Return the shares of the most frequent levels, or None where there is no value."""
    if not texts:
        return None
    counts = Counter(texts)
    # Of equal counts the first by its text: the order of the rows must not matter.
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    listed = [(text, n) for text, n in ranked if len(text) <= LONGEST_LEVEL][:most]
    return Levels(
        levels=tuple(text for text, _ in listed),
        shares=tuple(round(n / len(texts), 6) for _, n in listed),
        other=round(1 - sum(n for _, n in listed) / len(texts), 6) + 0.0,
        n_levels=len(counts),
        n_once=sum(n == 1 for n in counts.values()),
    )


def _n_equal(ordered: Floats, values: Floats) -> Floats:
    ends = np.searchsorted(ordered, values, side="right")
    return np.asarray(ends - np.searchsorted(ordered, values, side="left"), dtype=np.float64)


def _short(value: float) -> float:
    """Return a number of six digits that is not below: whatever was at most it still is."""
    short = _digits(value)
    if short >= value:
        return short
    step = 10.0 ** (math.floor(math.log10(abs(value))) - DIGITS + 1)
    return max(value, _digits(short + step))


def _digits(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
