"""95 % intervals: Wilson's for a share, the bootstrap for everything else."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from automl_magic.explain.words import finite, rounded
from automl_magic.records.explanations.measured import Measure

Z = 1.959964
RESAMPLES = 200
# A resample of more rows is drawn smaller, and its spread shrunk by the root of the share.
MOST_ROWS = 10_000


def wilson(hits: float, rows: float) -> Measure:
    """Return a share with Wilson's score interval (JASA 22, 1927), which stays within 0 and 1."""
    if rows <= 0:
        return Measure(value=None)
    share, z2 = hits / rows, Z * Z
    middle = (share + z2 / (2 * rows)) / (1 + z2 / rows)
    half = Z / (1 + z2 / rows) * math.sqrt(share * (1 - share) / rows + z2 / (4 * rows * rows))
    return Measure(
        value=rounded(share),
        low=rounded(max(0.0, middle - half)),
        high=rounded(min(1.0, middle + half)),
    )


def mean_of(values: Any) -> Measure:
    """Return a mean with its normal interval; without one for fewer than two values."""
    n = len(values)
    if n == 0:
        return Measure(value=None)
    mean = float(np.mean(values))
    if n < 2:
        return Measure(value=rounded(mean))
    half = Z * float(np.std(values, ddof=1)) / math.sqrt(n)
    return Measure(value=rounded(mean), low=rounded(mean - half), high=rounded(mean + half))


def bootstrapped(n_rows: int, measure: Callable[[Any], float], *, seed: int) -> Measure:
    """Return a measure of all rows with its bootstrap interval (percentiles).

    Parameters
    ----------
    measure : callable
        Takes the positions of some rows, with repetitions; may return NaN.
    """
    value = measure(np.arange(n_rows))
    drawn = min(n_rows, MOST_ROWS)
    random = np.random.default_rng(seed)
    found = np.array([measure(random.integers(0, n_rows, drawn)) for _ in range(RESAMPLES)])
    return spread(value, found, shrink=math.sqrt(drawn / n_rows))


def spread(value: float, resampled: Any, *, shrink: float = 1.0) -> Measure:
    """Return a value with the interval that its resampled values span."""
    known = np.asarray(resampled, dtype=float)
    known = known[np.isfinite(known)]
    if not math.isfinite(value) or len(known) < RESAMPLES // 10:
        return Measure(value=finite(value))
    low, high = np.percentile(known, [2.5, 97.5])
    return Measure(
        value=rounded(value),
        low=rounded(value + shrink * (low - value)),
        high=rounded(value + shrink * (high - value)),
    )
