"""Many tests at once: a correction that keeps the chance of any false alarm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl_magic.recipe.values import Floats


def holm(p_values: Sequence[float]) -> Floats:
    """Return the adjusted p-values of a family: those below α reject with a family error of α.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6(2), 1979. It asks nothing of the dependence between the tests, which the columns of
    a table always have; Benjamini and Hochberg's form promises less (the share of false alarms
    among all, not the chance of any) and asks for more.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = p[order] * np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


def bonferroni(p_values: Sequence[float]) -> float:
    """Return one p-value for several tests of the same question: the smallest, times their number.

    Dunn, "Multiple comparisons among means", Journal of the American Statistical Association 56
    (1961).
    """
    return min(1.0, len(p_values) * min(p_values)) if p_values else 1.0
