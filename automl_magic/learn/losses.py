"""How bad many blends are, side by side: what the greedy selection looks at in each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_magic.recipe.combine import SMALLEST, Blend
from automl_magic.records import Metric
from automl_magic.tasks.metrics.scores import measure

# What one step looks at: so many numbers, fewer where they have to be sorted, but at least so many
# rows.
MOST_NUMBERS, MOST_SORTED, FEWEST_ROWS = 400_000, 150_000, 2_000
# On fewer rows than this a smooth loss finds better shares than the metric itself.
FEW_ROWS = 2_000


@dataclass(frozen=True)
class Losses:
    """How bad blends are, smaller is better.

    `parts` has for each trial what is averaged, shape (n_trials, n_rows, …); `measure` gives the
    loss of each of several averages, of the same shape, on rows with the target `y`.
    """

    parts: Any
    y: Any
    measure: Callable[[Any, Any], Any]


def losses_of(
    metric: Metric, y: Any, predictions: Sequence[Any], blend: Blend, seed: int
) -> Losses:
    """Return the losses by which the shares of a blend are chosen, on some of the rows.

    Means of values have the loss of the metric, geometric means of probabilities their log loss,
    or, of many rows and where the metric is that, the area under their ROC curve.
    """
    sorts = metric.name == "roc_auc" and len(y) >= FEW_ROWS and blend is Blend.GEOMETRIC
    numbers_of_row = len(predictions) * (max(1, predictions[0][0].size - 1))
    n, most = len(y), max(FEWEST_ROWS, (MOST_SORTED if sorts else MOST_NUMBERS) // numbers_of_row)
    rows = np.arange(n)
    if n > most:
        rows = np.sort(np.random.default_rng(seed).choice(n, most, replace=False))
    y = y[rows]
    if sorts:
        # The odds of class 1, whatever the true class is.
        parts = np.stack([_log_odds(p[rows], np.zeros_like(y))[:, 0] for p in predictions])
        return Losses(parts, y, _areas_above)
    if blend is Blend.GEOMETRIC:
        return Losses(np.stack([_log_odds(p[rows], y) for p in predictions]), y, _surprise)
    of_values = _OF_VALUES.get(metric.name) or _measured(metric)
    return Losses(np.stack([p[rows] for p in predictions]), y, of_values)


def _log_odds(prediction: Any, y: Any) -> Any:
    """Return log(p / p of the true class) for the other classes, shape (n, k - 1)."""
    logs = np.log(np.maximum(prediction, SMALLEST))
    rows, k = np.arange(len(y)), logs.shape[1]
    others = (y[:, None] + np.arange(1, k)) % k
    return logs[rows[:, None], others] - logs[rows, y][:, None]


def _surprise(log_odds: Any, _: Any) -> Any:
    return np.log1p(np.exp(log_odds).sum(axis=-1)).mean(axis=1)


def _areas_above(log_odds: Any, y: Any) -> Any:
    """Return the area above each ROC curve; ties count half."""
    from scipy.stats import rankdata

    positive, n = y == 1, len(y)
    n_positive = int(positive.sum())
    if n_positive in (0, n):
        return np.full(len(log_odds), 0.5)
    rank_sums = rankdata(log_odds, axis=1)[:, positive].sum(axis=1)
    areas = (rank_sums - n_positive * (n_positive + 1) / 2) / (n_positive * (n - n_positive))
    return 1 - areas


def _measured(metric: Metric) -> Callable[[Any, Any], Any]:
    """Return the loss of a metric that a family brings: one blend after the other."""

    def measured(blends: Any, y: Any) -> Any:
        return np.array([metric.loss(measure(metric.name, y, blend)) for blend in blends])

    return measured


def _squares(blends: Any, y: Any) -> Any:
    return ((blends - y) ** 2).mean(axis=1)


def _distances(blends: Any, y: Any) -> Any:
    return np.abs(blends - y).mean(axis=1)


def _median_distances(blends: Any, y: Any) -> Any:
    return np.median(np.abs(blends - y), axis=1)


def _shares_of_y(blends: Any, y: Any) -> Any:
    return (np.abs(blends - y) / np.maximum(np.abs(y), np.finfo(np.float64).eps)).mean(axis=1)


def _squared_ratios(blends: Any, y: Any) -> Any:
    return ((np.log1p(np.maximum(blends, 0)) - np.log1p(y)) ** 2).mean(axis=1)


_OF_VALUES = {
    "rmse": _squares,
    "mse": _squares,
    "r2": _squares,
    "mae": _distances,
    "median_absolute_error": _median_distances,
    "mape": _shares_of_y,
    "rmsle": _squared_ratios,
}
