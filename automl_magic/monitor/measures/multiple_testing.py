"""Corrections for multiple testing that control the family-wise error rate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl_magic.recipe.values import Floats


def holm(p_values: Sequence[float]) -> Floats:
    """Return Holm's adjusted p-values. Rejecting those below α has a family-wise error rate of α.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6(2), 1979. It holds under any dependence between the tests, and the columns of a
    table are always dependent. The Benjamini-Hochberg procedure only controls the false discovery
    rate, and needs assumptions on the dependence.

    Parameters
    ----------
    p_values : sequence of float of length n_tests

    Returns
    -------
    array of shape (n_tests,)
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = p[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


def bonferroni(p_values: Sequence[float]) -> float:
    """Return one p-value for several tests of the same hypothesis: the smallest times their number.

    Dunn, "Multiple comparisons among means", Journal of the American Statistical Association 56
    (1961).
    """
    return min(1.0, len(p_values) * min(p_values)) if p_values else 1.0
