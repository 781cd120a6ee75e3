"""The decision threshold for two classes: the lowest probability that counts as positive.

It's chosen by the metric, or by the costs of errors if they are known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe.values import Array, Floats
from automl_magic.tasks.splits import Rows

# Not precision or recall: their best threshold marks one row, or all rows, as positive.
TUNED = ("accuracy", "balanced_accuracy", "f1", "matthews_corrcoef")
SMOOTHED_SHARE = 0.05


@dataclass(frozen=True)
class MisclassificationCosts:
    """The costs of a false positive and a false negative. Correct predictions cost nothing."""

    false_positive: float
    false_negative: float

    def per_row(self, y: Array, is_yes: NDArray[np.bool_]) -> float:
        """Return the mean cost per row.

        Parameters
        ----------
        y : array of int, shape (n,)
            Class codes 0 and 1.
        is_yes : array of bool, shape (n,)
            Whether class 1 is predicted.
        """
        false_positives, false_negatives = np.mean(is_yes & (y == 0)), np.mean(~is_yes & (y == 1))
        return float(self.false_positive * false_positives + self.false_negative * false_negatives)


def best_threshold(metric_name: str, y: Array, probabilities: Floats) -> float | None:
    """Return the threshold with the best score of a metric of labels.

    Parameters
    ----------
    y : array of int, shape (n,)
    probabilities : array, shape (n, 2)

    Returns
    -------
    float or None
        None if the metric doesn't use labels or there aren't two classes. Use 0.5 then.

    Notes
    -----
    Every cut between two rows is tried. The scores are smoothed first, over 5% as many rows as the
    rarer class has, because the highest peak of a jagged curve is luck.
    """
    if metric_name not in TUNED or probabilities.ndim != 2 or probabilities.shape[1] != 2:
        return None
    n, n_positive = len(y), float(np.sum(y == 1))

    def scores(true: Floats, predicted: Floats) -> Floats:
        return _scores(metric_name, true, predicted, n_positive, n)

    return _best_cut(y, probabilities[:, 1], scores)


def cheapest_threshold(y: Array, probabilities: Floats, costs: MisclassificationCosts) -> float:
    """Return the threshold with the lowest expected cost, smoothed as in `best_threshold`.

    It's empirical. For calibrated probabilities it's close to
    `false_positive / (false_positive + false_negative)` (Elkan, "The Foundations of Cost-Sensitive
    Learning", 2001).

    Parameters
    ----------
    y : array of int, shape (n,)
    probabilities : array, shape (n, 2)
    costs : Costs
    """
    n_positive = float(np.sum(y == 1))

    def savings(true: Floats, predicted: Floats) -> Floats:
        false_positives, false_negatives = predicted - true, n_positive - true
        return -costs.false_positive * false_positives - costs.false_negative * false_negatives

    return _best_cut(y, probabilities[:, 1], savings)


def _best_cut(y: Array, positive: Floats, scores: Callable[[Floats, Floats], Floats]) -> float:
    """Return the cut with the highest score.

    `scores` takes the true positives and the predicted positives of each cut.
    """
    order = np.argsort(-positive, kind="stable")
    ranked, hits = positive[order], np.cumsum(y[order] == 1)
    # Cut after the last of equal probabilities, but not after all rows.
    ends = np.flatnonzero(ranked[1:] < ranked[:-1])
    if len(ends) == 0:
        return 0.5
    cut_scores = scores(hits[ends].astype(float), ends.astype(np.float64) + 1.0)
    rarer = min(hits[-1], len(y) - hits[-1])
    best = ends[int(np.argmax(_smooth(cut_scores, ends, SMOOTHED_SHARE * rarer)))]
    return float((ranked[best] + ranked[best + 1]) / 2)


def _scores(name: str, true: Floats, predicted: Floats, n_positive: float, n: int) -> Floats:
    """Return the metric of each cut from its true positives and its predicted positives."""
    n_negative = n - n_positive
    correct = true + (n_negative - (predicted - true))
    with np.errstate(all="ignore"):
        match name:
            case "accuracy":
                scores = correct / n
            case "balanced_accuracy":
                scores = (true / n_positive + (correct - true) / n_negative) / 2
            case "f1":
                scores = 2 * true / (predicted + n_positive)
            case _:
                spread = np.sqrt(predicted * (n - predicted) * n_positive * n_negative)
                scores = (true * n - predicted * n_positive) / spread
    return np.nan_to_num(scores, nan=-1.0)


def _smooth(scores: Floats, ends: Rows, reach: float) -> Floats:
    """Return the mean score of the cuts that are at most `reach` rows away."""
    sums = np.concatenate([[0.0], np.cumsum(scores)])
    first = np.searchsorted(ends, ends - reach, side="left")
    last = np.searchsorted(ends, ends + reach, side="right")
    return (sums[last] - sums[first]) / (last - first)
