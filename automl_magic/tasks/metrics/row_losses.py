"""row_losses: the loss of each row, for metrics that are a mean over rows or a function of one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from automl_magic.recipe.values import Array, Floats

EPS = np.finfo(np.float64).eps


def row_losses(metric_name: str, y_true: Array, y_pred: Array) -> Floats | None:
    """Return the loss of each row, shape (n_rows,), or None if the metric isn't such a mean.

    The mean of the losses of some rows, given to `score_of_mean`, is the score on these rows.

    Parameters
    ----------
    y_true : array of shape (n_rows,)
    y_pred : array of shape (n_rows,) or (n_rows, n_classes)
        The input of the metric (see `metric_input`).
    """
    losses = _ROW_LOSSES.get(metric_name)
    return None if losses is None else losses(y_true, y_pred)


def score_of_mean(metric_name: str, mean: float) -> float:
    """Return the score for a mean of `row_losses`."""
    if metric_name == "accuracy":
        return 1.0 - mean
    return math.sqrt(mean) if metric_name in ("rmse", "rmsle") else mean


def _log_loss(y: Array, y_prob: Floats) -> Floats:
    of_class = y_prob[np.arange(len(y)), y]
    return -np.log(np.clip(of_class, EPS, 1 - EPS))


def _brier(y: Array, y_prob: Floats) -> Floats:
    if y_prob.shape[1] == 2:
        return np.asarray((y_prob[:, 1] - (y == 1)) ** 2, dtype=np.float64)
    # The squares of all classes, without an array of one-hot labels.
    of_class = y_prob[np.arange(len(y)), y]
    return np.einsum("ij,ij->i", y_prob, y_prob) - 2 * of_class + 1


def _squared_error(y: Array, y_pred: Floats) -> Floats:
    return (y_pred - y) ** 2


_ROW_LOSSES: dict[str, Callable[[Array, Array], Floats]] = {
    "log_loss": _log_loss,
    "brier": _brier,
    "accuracy": lambda y, y_pred: (y_pred != y).astype(np.float64),
    "rmse": _squared_error,
    "mse": _squared_error,
    "mae": lambda y, y_pred: np.abs(y_pred - y),
    "mape": lambda y, y_pred: np.abs(y_pred - y) / np.maximum(np.abs(y), EPS),
    "rmsle": lambda y, y_pred: (np.log1p(np.maximum(y_pred, 0)) - np.log1p(y)) ** 2,
}
