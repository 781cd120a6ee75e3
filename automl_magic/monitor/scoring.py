"""Metrics with confidence intervals, for weighted rows too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from automl_magic.monitor.measures.shares import effective_rows
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Score
from automl_magic.tasks import metrics

# Width of the 95% interval of a normal distribution, in standard errors.
INTERVAL_WIDTH = 3.92
REPEATS, MAX_RESAMPLE_ROWS = 200, 5_000


def score_of(
    metric: str, y: Array, predicted: Floats, weights: Floats, *, threshold: float, repeats: int
) -> Score | None:
    """Score rows with a 95% bootstrap interval. Return None if the metric is undefined for them.

    Rows with unequal weights are drawn in proportion to their weight, so the resamples represent
    the requests rather than the log (importance resampling, Rubin 1988). The score is then the mean
    over the resamples.
    """
    if len(y) == 0:
        return None
    if np.ptp(weights) == 0:
        value = metrics.score(metric, y, predicted, threshold=threshold)
        low, high = metrics.interval(metric, y, predicted, threshold=threshold, repeats=repeats)
    else:

        def measure(rows: Array) -> float:
            return metrics.score(metric, y[rows], predicted[rows], threshold=threshold)

        value, low, high = _resampled(measure, weights, repeats)
    if not np.isfinite(value):
        return None
    return Score(metric=metric, score=float(value), rows=len(y), low=low, high=high)


def standard_error(score: Score | None) -> float:
    """Return the standard error that matches a score's interval, or 0 without an interval."""
    if score is None or score.low is None or score.high is None:
        return 0.0
    return (score.high - score.low) / INTERVAL_WIDTH


def _resampled(
    measure: Callable[[Array], float], weights: Floats, repeats: int
) -> tuple[float, float | None, float | None]:
    random = np.random.default_rng(0)
    # Draw the effective number of rows. Drawing more would make the interval too narrow.
    n_effective = max(1, round(effective_rows(weights)))
    n = min(n_effective, MAX_RESAMPLE_ROWS)
    shares = weights / weights.sum()
    scores = np.array([measure(random.choice(len(shares), n, p=shares)) for _ in range(repeats)])
    scores = scores[np.isfinite(scores)]
    if len(scores) < repeats / 10:
        return float("nan"), None, None
    center, shrink = float(scores.mean()), float(np.sqrt(n / n_effective))
    low, high = (float(edge) for edge in np.percentile(scores, [2.5, 97.5]))
    return center, center + shrink * (low - center), center + shrink * (high - center)
