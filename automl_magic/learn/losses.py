"""Losses of many blends at once, for each step of the greedy selection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from automl_magic.recipe.combine import MIN_PROBABILITY, Blend
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Metric
from automl_magic.tasks.metrics.scores import measure

# A step uses at most this many numbers, fewer if they have to be sorted, but at least this many
# rows.
MAX_NUMBERS, MAX_SORTED, MIN_ROWS = 400_000, 150_000, 2_000
# On fewer rows than this, a smooth loss finds better weights than the metric itself.
FEW_ROWS = 2_000


@dataclass(frozen=True)
class Losses:
    """The losses of blends. Lower is better.

    `parts` are the values to average, shape (n_trials, n_rows, …). `measure` returns the loss of
    each of several averages, in the same shape, for rows with the target `y`.
    """

    parts: Floats
    y: Array
    measure: Callable[[Floats, Array], Floats]


def blend_losses(
    metric: Metric, y: Array, predictions: Sequence[Floats], blend: Blend, seed: int
) -> Losses:
    """Return the losses to choose the weights of a blend by, on some of the rows.

    `y` has shape (n_rows,), and each prediction (n_rows,) or (n_rows, n_classes).

    Means of values use the loss of the metric. Geometric means of probabilities use log loss, or
    ROC AUC if that is the metric and there are many rows.
    """
    sorts = metric.name == "roc_auc" and len(y) >= FEW_ROWS and blend is Blend.GEOMETRIC
    numbers_per_row = len(predictions) * (max(1, predictions[0][0].size - 1))
    n = len(y)
    max_rows = max(MIN_ROWS, (MAX_SORTED if sorts else MAX_NUMBERS) // numbers_per_row)
    rows = np.arange(n)
    if n > max_rows:
        rows = np.sort(np.random.default_rng(seed).choice(n, max_rows, replace=False))
    y = y[rows]
    if sorts:
        # The log odds of class 1 for all rows.
        parts = np.stack([_log_odds(p[rows], np.zeros_like(y))[:, 0] for p in predictions])
        return Losses(parts, y, _areas_above)
    if blend is Blend.GEOMETRIC:
        return Losses(np.stack([_log_odds(p[rows], y) for p in predictions]), y, _log_loss)
    value_loss = _VALUE_LOSSES.get(metric.name) or _metric_loss(metric)
    return Losses(np.stack([p[rows] for p in predictions]), y, value_loss)


def _log_odds(prediction: Floats, y: Array) -> Floats:
    """Return log(p / p of the true class) for the other classes, shape (n, k - 1)."""
    logs = np.log(np.maximum(prediction, MIN_PROBABILITY))
    rows, k = np.arange(len(y)), logs.shape[1]
    other_classes = (y[:, None] + np.arange(1, k)) % k
    return logs[rows[:, None], other_classes] - logs[rows, y][:, None]


def _log_loss(log_odds: Floats, _: Array) -> Floats:
    return np.log1p(np.exp(log_odds).sum(axis=-1)).mean(axis=1)


def _areas_above(log_odds: Floats, y: Array) -> Floats:
    """Return the area above each ROC curve. Ties count half."""
    from scipy.stats import rankdata

    positive, n = y == 1, len(y)
    n_positive = int(positive.sum())
    if n_positive in (0, n):
        return np.full(len(log_odds), 0.5)
    rank_sums = rankdata(log_odds, axis=1)[:, positive].sum(axis=1)
    areas = (rank_sums - n_positive * (n_positive + 1) / 2) / (n_positive * (n - n_positive))
    return 1 - areas


def _metric_loss(metric: Metric) -> Callable[[Floats, Array], Floats]:
    """Return the loss of another metric, computed for one blend after the other."""

    def loss(blends: Floats, y: Array) -> Floats:
        return np.array([metric.loss(measure(metric.name, y, blend)) for blend in blends])

    return loss


def _squared_errors(blends: Floats, y: Array) -> Floats:
    return ((blends - y) ** 2).mean(axis=1)


def _absolute_errors(blends: Floats, y: Array) -> Floats:
    return np.abs(blends - y).mean(axis=1)


def _median_absolute_errors(blends: Floats, y: Array) -> Floats:
    return np.median(np.abs(blends - y), axis=1)


def _percentage_errors(blends: Floats, y: Array) -> Floats:
    return (np.abs(blends - y) / np.maximum(np.abs(y), np.finfo(np.float64).eps)).mean(axis=1)


def _squared_log_errors(blends: Floats, y: Array) -> Floats:
    return ((np.log1p(np.maximum(blends, 0)) - np.log1p(y)) ** 2).mean(axis=1)


_VALUE_LOSSES = {
    "rmse": _squared_errors,
    "mse": _squared_errors,
    "r2": _squared_errors,
    "mae": _absolute_errors,
    "median_absolute_error": _median_absolute_errors,
    "mape": _percentage_errors,
    "rmsle": _squared_log_errors,
}
