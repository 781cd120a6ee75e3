"""How much better one prediction is than another on the same rows, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_magic.tasks.metrics import METRICS
from automl_magic.tasks.metrics.scores import measure, read_by

# A metric that is no mean over rows is measured again without each of so many parts of the rows.
PARTS, MOST_ROWS = 20, 10_000
SURE = 1.96


@dataclass(frozen=True)
class Gain:
    """By how much a loss is smaller, with its standard error.

    For a metric that is a mean over rows both are in the unit of a row's loss (for RMSE: a squared
    error); else in that of the metric.
    """

    mean: float
    error: float

    @property
    def is_sure(self) -> bool:
        """Whether the 95 % interval of the gain lies above 0."""
        return self.mean > SURE * self.error


def gain(
    metric_name: str,
    y: Any,
    one: Any,
    other: Any,
    *,
    thresholds: tuple[float | None, float | None] = (None, None),
    fold_ids: Any = None,
    seed: int = 0,
) -> Gain:
    """Return how much better `one` is than `other`.

    Parameters
    ----------
    y : array, shape (n,)
    one, other : arrays, shape (n,) or (n, k)
    thresholds : of the two, for a metric of labels
    fold_ids : array of int, shape (n,), optional
        The error is no smaller than the one from fold to fold: rows that belong together are on
        one side of a grouped or time split, and count for less than they are.

    Notes
    -----
    Rows are compared in pairs: what makes a row hard is the same for both, and falls out. The
    error of a metric that is no mean over rows is that of the jackknife over parts of the rows
    (Shao & Wu, Annals of Statistics 17, 1989).
    """
    first, second = (0.5 if found is None else found for found in thresholds)
    read = [read_by(metric_name, found, at) for found, at in ((one, first), (other, second))]
    of_row = _OF_ROW.get(metric_name)
    if of_row is not None:
        differences = of_row(y, read[1]) - of_row(y, read[0])
        found = Gain(float(differences.mean()), _error(differences))
        by_fold = [differences[rows].mean() for rows in _folds(fold_ids)]
    else:
        found = _by_parts(metric_name, y, read, seed)
        by_fold = [_difference(metric_name, y, read, rows) for rows in _folds(fold_ids)]
    return Gain(found.mean, max(found.error, _error(np.array(by_fold))))


def _by_parts(name: str, y: Any, read: list[Any], seed: int) -> Gain:
    n = len(y)
    rows = np.random.default_rng(seed).permutation(n)[:MOST_ROWS]
    parts = [part for part in np.array_split(rows, PARTS) if len(part)]
    without = np.array([_difference(name, y, read, np.setdiff1d(rows, part)) for part in parts])
    without = without[np.isfinite(without)]
    if len(without) < 2:
        return Gain(0.0, np.inf)
    spread = (len(without) - 1) * float(np.var(without))
    return Gain(_difference(name, y, read, np.arange(n)), float(np.sqrt(spread * len(rows) / n)))


def _difference(name: str, y: Any, read: list[Any], rows: Any) -> float:
    loss = METRICS[name].loss
    first, second = (loss(measure(name, y[rows], found[rows])) for found in read)
    return second - first


def _folds(fold_ids: Any) -> list[Any]:
    return [] if fold_ids is None else [fold_ids == fold for fold in np.unique(fold_ids)]


def _error(values: Any) -> float:
    """Return the standard error of a mean; 0 of fewer than two values."""
    values = values[np.isfinite(values)]
    return float(np.std(values, ddof=1) / len(values) ** 0.5) if len(values) > 1 else 0.0


def _surprise(y: Any, read: Any) -> Any:
    return -np.log(np.maximum(read[np.arange(len(y)), y], np.finfo(np.float64).eps))


def _squared_distance(y: Any, read: Any) -> Any:
    return ((read - np.eye(read.shape[1])[y]) ** 2).sum(axis=1)


def _square(y: Any, read: Any) -> Any:
    return (read - y) ** 2


# The loss of each row, for metrics that are a mean over rows or grow with one.
_OF_ROW: dict[str, Callable[[Any, Any], Any]] = {
    "log_loss": _surprise,
    "brier": _squared_distance,
    "accuracy": lambda y, read: (read != y).astype(float),
    "rmse": _square,
    "mse": _square,
    "r2": _square,
    "mae": lambda y, read: np.abs(read - y),
    "mape": lambda y, read: np.abs(read - y) / np.maximum(np.abs(y), np.finfo(np.float64).eps),
    "rmsle": lambda y, read: (np.log1p(np.maximum(read, 0)) - np.log1p(y)) ** 2,
}
