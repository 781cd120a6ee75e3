"""The two-sample Kolmogorov-Smirnov test, against a reference that is kept as quantiles."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import kolmogorov

from automl_magic.recipe.values import Floats
from automl_magic.records.monitoring.reference import Numbers


def kolmogorov_smirnov(
    reference: Numbers, n_reference: float, values: Floats, weights: Floats, n_current: float
) -> tuple[float, float]:
    """Return the largest distance of the cumulative shares, and its p-value.

    The distance is taken at the reference's knots, where its cumulative share is known exactly: it
    is at most that of all values, so the test is a little conservative, on ties and few knots more
    so. Its effective sample size is nm / (n + m).

    Notes
    -----
    The p-value is Kolmogorov's with the correction for small samples of Stephens, Journal of the
    Royal Statistical Society B 32 (1970).
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
