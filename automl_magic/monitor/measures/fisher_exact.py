"""Fisher's exact test of two proportions, for rare values."""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, logsumexp

from automl_magic.recipe.values import Floats

GREATER, LESS = 1, -1


def fisher_greater(count: float, n: float, count_reference: float, n_reference: float) -> float:
    """Return the one-sided p-value of `count` or more of `n` rows if both samples are alike.

    Given the total in both samples, the count in the window is hypergeometric (Fisher, "The logic
    of inductive inference", Journal of the Royal Statistical Society 98, 1935). Effective counts
    are rounded.
    """
    return _tail(count, n, count_reference, n_reference, GREATER)


def fisher_two_sided(count: float, n: float, count_reference: float, n_reference: float) -> float:
    """Return the two-sided p-value: twice the smaller tail of `fisher_greater`."""
    tails = [_tail(count, n, count_reference, n_reference, side) for side in (GREATER, LESS)]
    return min(1.0, 2 * min(tails))


def _tail(count: float, n: float, count_reference: float, n_reference: float, side: int) -> float:
    n_window, size = round(count), max(round(n), 1)
    n_total = n_window + round(count_reference)
    population = size + max(round(n_reference), 1)
    lower, upper = max(0, size - (population - n_total)), min(n_total, size)
    n_window = min(max(n_window, lower), upper)
    first, last = (n_window, upper) if side == GREATER else (lower, n_window)
    counts = np.arange(first, last + 1, dtype=np.float64)
    logs = (
        _log_choose(n_total, counts)
        + _log_choose(population - n_total, size - counts)
        - _log_choose(population, np.array([float(size)]))
    )
    return float(min(1.0, np.exp(logsumexp(logs))))


def _log_choose(n: float, k: Floats) -> Floats:
    """Return the logarithm of the binomial coefficient n over k."""
    return np.asarray(-betaln(k + 1, n - k + 1) - np.log(n + 1.0), dtype=np.float64)
