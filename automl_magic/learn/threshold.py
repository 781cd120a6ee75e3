"""The threshold between two classes: from which probability on a row counts as positive.

It is chosen by the metric, or by what mistakes cost where that is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

# Precision and recall alone are not here: the best threshold for them names one row, or all.
TUNED = ("accuracy", "balanced_accuracy", "f1", "matthews_corrcoef")
SMOOTHED_SHARE = 0.05


@dataclass(frozen=True)
class Costs:
    """What a wrong yes and a wrong no cost, in one unit. A right answer costs nothing."""

    false_positive: float
    false_negative: float

    def per_row(self, y: Any, is_yes: Any) -> float:
        """Return the mean cost of some answers for rows with the classes `y`."""
        false_positives, false_negatives = np.mean(is_yes & (y == 0)), np.mean(~is_yes & (y == 1))
        return float(self.false_positive * false_positives + self.false_negative * false_negatives)


def best_threshold(metric_name: str, y: Any, probabilities: Any) -> float | None:
    """Return the threshold that a metric of labels likes best on these rows.

    Parameters
    ----------
    y : array of int, shape (n,)
    probabilities : array, shape (n, 2)

    Returns
    -------
    float or None
        None where the metric reads no labels, or there are not two classes: 0.5 is as good.

    Notes
    -----
    Every cut between two rows is tried. The scores of the cuts are smoothed first, over as many
    rows as make 5 % of the rarer class, because the highest peak of a jagged curve is luck.
    """
    if metric_name not in TUNED or probabilities.ndim != 2 or probabilities.shape[1] != 2:
        return None
    n, n_positive = len(y), float(np.sum(y == 1))

    def scores(true: Any, predicted: Any) -> Any:
        return _scores(metric_name, true, predicted, n_positive, n)

    return _best_cut(y, probabilities[:, 1], scores)


def cheapest_threshold(y: Any, probabilities: Any, costs: Costs) -> float:
    """Return the threshold with the least expected cost on these rows, smoothed as above.

    It is empirical: probabilities that are well calibrated have theirs near
    `false_positive / (false_positive + false_negative)` (Elkan, "The Foundations of Cost-Sensitive
    Learning", 2001), others elsewhere.
    """
    n_positive = float(np.sum(y == 1))

    def savings(true: Any, predicted: Any) -> Any:
        false_positives, false_negatives = predicted - true, n_positive - true
        return -costs.false_positive * false_positives - costs.false_negative * false_negatives

    return _best_cut(y, probabilities[:, 1], savings)


def _best_cut(y: Any, positive: Any, scores: Callable[[Any, Any], Any]) -> float:
    """Return the cut with the highest of some scores.

    `scores` takes the true positives and the predicted positives of each cut.
    """
    order = np.argsort(-positive, kind="stable")
    ranked, hits = positive[order], np.cumsum(y[order] == 1)
    # A cut lies after the last of equal probabilities; after all rows it is no choice.
    ends = np.flatnonzero(ranked[1:] < ranked[:-1])
    if len(ends) == 0:
        return 0.5
    found = scores(hits[ends].astype(float), ends + 1.0)
    rarer = min(hits[-1], len(y) - hits[-1])
    best = ends[int(np.argmax(_smoothed(found, ends, SMOOTHED_SHARE * rarer)))]
    return float((ranked[best] + ranked[best + 1]) / 2)


def _scores(name: str, true: Any, predicted: Any, n_positive: float, n: int) -> Any:
    """Return the metric of each cut from its true positives and its predicted positives."""
    n_negative = n - n_positive
    right = true + (n_negative - (predicted - true))
    with np.errstate(all="ignore"):
        match name:
            case "accuracy":
                found = right / n
            case "balanced_accuracy":
                found = (true / n_positive + (right - true) / n_negative) / 2
            case "f1":
                found = 2 * true / (predicted + n_positive)
            case _:
                spread = np.sqrt(predicted * (n - predicted) * n_positive * n_negative)
                found = (true * n - predicted * n_positive) / spread
    return np.nan_to_num(found, nan=-1.0)


def _smoothed(scores: Any, ends: Any, reach: float) -> Any:
    """Return the mean of the scores of the cuts that are at most `reach` rows away."""
    sums = np.concatenate([[0.0], np.cumsum(scores)])
    first = np.searchsorted(ends, ends - reach, side="left")
    last = np.searchsorted(ends, ends + reach, side="right")
    return (sums[last] - sums[first]) / (last - first)
