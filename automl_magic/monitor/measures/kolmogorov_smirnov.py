"""The two-sample Kolmogorov-Smirnov test with a reference stored as quantiles."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import kolmogorov

from automl_magic.recipe.values import Floats
from automl_magic.records.monitoring.reference import NumericDistribution


def kolmogorov_smirnov(
    reference: NumericDistribution,
    n_reference: float,
    values: Floats,
    weights: Floats,
    n_current: float,
) -> tuple[float, float]:
    """Return the largest distance between the cumulative distributions, and its p-value.

    The distance is measured at the reference's knots, where its cumulative share is exact. It's at
    most the distance over all values, so the test is slightly conservative, more so with ties and
    few knots. The effective sample size is nm / (n + m).

    Parameters
    ----------
    values, weights : arrays of shape (n_rows,)
        Values of the window and their weights.
    n_reference, n_current : float
        Effective rows of the reference and the window.

    Notes
    -----
    The p-value is Kolmogorov's, with the small-sample correction of Stephens, Journal of the Royal
    Statistical Society B 32 (1970).
    """
    effective = n_current * n_reference / (n_current + n_reference)
    if effective <= 0 or len(values) == 0:
        return 0.0, 1.0
    knots = np.asarray(reference.knots)
    order = np.argsort(values, kind="stable")
    cumulated = np.concatenate([[0.0], np.cumsum(weights[order])])
    current = cumulated[np.searchsorted(values[order], knots, side="right")] / cumulated[-1]
    distance = float(np.max(np.abs(current - np.asarray(reference.below))))
    root = math.sqrt(effective)
    return distance, float(kolmogorov((root + 0.12 + 0.11 / root) * distance))
