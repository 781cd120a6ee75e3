"""Compact distributions: quantiles of numbers, shares of levels."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from automl_magic.recipe.values import Floats
from automl_magic.records.monitoring.reference import CategoricalDistribution, NumericDistribution

DIGITS = 6
MAX_LEVEL_CHARACTERS = 200
MIN_HEAP_SHARE = 0.02


def numeric_distribution(values: Floats, n_knots: int) -> NumericDistribution | None:
    """Return the distribution of some numbers, or None if there are none.

    Parameters
    ----------
    values : array, shape (n,)
        Finite numbers.
    n_knots : int
        Maximum number of quantiles to keep: 10 k + 1, so that it includes the deciles.
    """
    if len(values) == 0:
        return None
    values = np.sort(values)
    knots = values[np.append(True, values[1:] != values[:-1])]
    if len(knots) > n_knots:
        shares = np.linspace(0, 1, n_knots)
        # Only values that occur, never interpolated ones, so that the shares are exact.
        quantiles = np.unique(np.quantile(values, shares, method="inverted_cdf"))
        knots = np.unique([_round_up(float(knot)) for knot in quantiles])
        # A value that many rows have, such as 0, isn't rounded.
        heaps = quantiles[_n_equal(values, quantiles) >= MIN_HEAP_SHARE * len(values)]
        knots = np.unique([*knots, *heaps])
    below = np.searchsorted(values, knots, side="right") / len(values)
    return NumericDistribution(
        knots=tuple(float(knot) for knot in knots),
        below=tuple(round(float(share), 6) for share in below),
        mean=_digits(float(np.mean(values))),
        sd=_digits(float(np.std(values))),
    )


def categorical_distribution(texts: Sequence[str], limit: int) -> CategoricalDistribution | None:
    """Return the shares of the most frequent levels, at most `limit`, or None without values."""
    if not texts:
        return None
    counts = Counter(texts)
    # Ties are broken by the text, so the order of the rows doesn't matter.
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    listed = [(text, n) for text, n in ranked if len(text) <= MAX_LEVEL_CHARACTERS][:limit]
    return CategoricalDistribution(
        levels=tuple(text for text, _ in listed),
        shares=tuple(round(n / len(texts), 6) for _, n in listed),
        other=round(1 - sum(n for _, n in listed) / len(texts), 6) + 0.0,
        n_levels=len(counts),
        n_once=sum(n == 1 for n in counts.values()),
    )


def _n_equal(ordered: Floats, values: Floats) -> Floats:
    ends = np.searchsorted(ordered, values, side="right")
    return np.asarray(ends - np.searchsorted(ordered, values, side="left"), dtype=np.float64)


def _round_up(value: float) -> float:
    """Round a number up to six digits, so that no value at or below it gets above it."""
    rounded = _digits(value)
    if rounded >= value:
        return rounded
    step = 10.0 ** (math.floor(math.log10(abs(value))) - DIGITS + 1)
    return max(value, _digits(rounded + step))


def _digits(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
