"""95% intervals: Wilson's for proportions, normal for means, or else the bootstrap."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from automl_magic.explain.formatting import round_finite, round_number
from automl_magic.recipe.values import Floats
from automl_magic.records.explanations.evaluation import Measure
from automl_magic.tasks.splits import Rows

Z = 1.959964
RESAMPLES = 200
# Larger data is resampled with this many rows, and the spread is scaled by the root of the share.
MAX_ROWS = 10_000


def wilson_interval(hits: float, rows: float) -> Measure:
    """Return a proportion with Wilson's score interval (JASA 22, 1927), which is within [0, 1]."""
    if rows <= 0:
        return Measure(value=None)
    share, z2 = hits / rows, Z * Z
    middle = (share + z2 / (2 * rows)) / (1 + z2 / rows)
    half = Z / (1 + z2 / rows) * math.sqrt(share * (1 - share) / rows + z2 / (4 * rows * rows))
    return Measure(
        value=round_number(share),
        low=round_number(max(0.0, middle - half)),
        high=round_number(min(1.0, middle + half)),
    )


def mean_interval(values: Floats) -> Measure:
    """Return a mean with its normal interval, which needs at least two values."""
    n = len(values)
    if n == 0:
        return Measure(value=None)
    mean = float(np.mean(values))
    if n < 2:
        return Measure(value=round_number(mean))
    half = Z * float(np.std(values, ddof=1)) / math.sqrt(n)
    return Measure(
        value=round_number(mean), low=round_number(mean - half), high=round_number(mean + half)
    )


def bootstrap(n_rows: int, measure: Callable[[Rows], float], *, seed: int) -> Measure:
    """Return a measure of all rows with its percentile bootstrap interval.

    Parameters
    ----------
    measure : callable
        Takes the indices of rows, with repetitions. Can return NaN.
    """
    value = measure(np.arange(n_rows))
    n_drawn = min(n_rows, MAX_ROWS)
    random = np.random.default_rng(seed)
    resampled = np.array([measure(random.integers(0, n_rows, n_drawn)) for _ in range(RESAMPLES)])
    return spread(value, resampled, shrink=math.sqrt(n_drawn / n_rows))


def spread(value: float, resampled: Floats | Sequence[float], *, shrink: float = 1.0) -> Measure:
    """Return a value with the 95% interval of its resampled values."""
    finite_values = np.asarray(resampled, dtype=float)
    finite_values = finite_values[np.isfinite(finite_values)]
    if not math.isfinite(value) or len(finite_values) < RESAMPLES // 10:
        return Measure(value=round_finite(value))
    low, high = np.percentile(finite_values, [2.5, 97.5])
    return Measure(
        value=round_number(value),
        low=round_number(value + shrink * (low - value)),
        high=round_number(value + shrink * (high - value)),
    )
