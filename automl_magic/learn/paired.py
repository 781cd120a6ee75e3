"""Paired comparison of two predictions on the same rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe.values import Array, Floats
from automl_magic.tasks.metrics import METRICS
from automl_magic.tasks.metrics.row_losses import row_losses
from automl_magic.tasks.metrics.scores import measure, metric_input
from automl_magic.tasks.splits import Rows

# For a metric that isn't a mean over rows, the jackknife leaves out each of this many parts.
PARTS, MAX_ROWS = 20, 10_000
SURE = 1.96


@dataclass(frozen=True)
class Gain:
    """The decrease of a loss, with its standard error.

    For a metric that is a mean over rows, both have the unit of a row's loss (for RMSE: a squared
    error). Otherwise they have the unit of the metric.
    """

    mean: float
    error: float

    @property
    def is_significant(self) -> bool:
        """Whether the 95% interval of the gain is above 0."""
        return self.mean > SURE * self.error


def gain(
    metric_name: str,
    y: Array,
    better: Floats,
    worse: Floats,
    *,
    thresholds: tuple[float | None, float | None] = (None, None),
    fold_ids: Array | None = None,
    seed: int = 0,
) -> Gain:
    """Return how much smaller the loss of `better` is than that of `worse`. Can be negative.

    Parameters
    ----------
    y : array, shape (n,)
    better, worse : arrays, shape (n,) or (n, k)
        Predicted values or probabilities.
    thresholds : (float or None, float or None)
        The thresholds of the two, for a metric of labels.
    fold_ids : array of int, shape (n,), optional
        The fold of each row. The error is at least as large as the one from fold to fold, because
        the rows of a grouped or time split aren't independent.

    Notes
    -----
    Rows are compared in pairs, so what makes a row hard to predict cancels out. For a metric that
    isn't a mean over rows, the error is that of the jackknife over parts of the rows (Shao & Wu,
    Annals of Statistics 17, 1989).
    """
    first, second = (0.5 if threshold is None else threshold for threshold in thresholds)
    predictions = [
        metric_input(metric_name, better, first),
        metric_input(metric_name, worse, second),
    ]
    # R² is a function of the squared error, if the rows are the same.
    of_rows = "mse" if metric_name == "r2" else metric_name
    losses = [row_losses(of_rows, y, prediction) for prediction in predictions]
    if losses[0] is not None and losses[1] is not None:
        differences = losses[1] - losses[0]
        total = Gain(float(differences.mean()), _error(differences))
        by_fold = [differences[rows].mean() for rows in _folds(fold_ids)]
    else:
        total = _jackknife(metric_name, y, predictions, seed)
        by_fold = [_difference(metric_name, y, predictions, rows) for rows in _folds(fold_ids)]
    return Gain(total.mean, max(total.error, _error(np.array(by_fold))))


def _jackknife(name: str, y: Array, predictions: list[Array], seed: int) -> Gain:
    n = len(y)
    rows = np.random.default_rng(seed).permutation(n)[:MAX_ROWS]
    parts = [part for part in np.array_split(rows, PARTS) if len(part)]
    without = np.array(
        [_difference(name, y, predictions, np.setdiff1d(rows, part)) for part in parts]
    )
    without = without[np.isfinite(without)]
    if len(without) < 2:
        return Gain(0.0, np.inf)
    spread = (len(without) - 1) * float(np.var(without))
    difference = _difference(name, y, predictions, np.arange(n))
    return Gain(difference, float(np.sqrt(spread * len(rows) / n)))


def _difference(
    name: str, y: Array, predictions: list[Array], rows: Rows | NDArray[np.bool_]
) -> float:
    loss = METRICS[name].loss
    first, second = (loss(measure(name, y[rows], y_pred[rows])) for y_pred in predictions)
    return second - first


def _folds(fold_ids: Array | None) -> list[NDArray[np.bool_]]:
    return [] if fold_ids is None else [fold_ids == fold for fold in np.unique(fold_ids)]


def _error(values: Floats) -> float:
    """Return the standard error of a mean, 0 for fewer than two values."""
    values = values[np.isfinite(values)]
    return float(np.std(values, ddof=1) / len(values) ** 0.5) if len(values) > 1 else 0.0
