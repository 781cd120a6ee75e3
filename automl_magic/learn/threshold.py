"""The threshold of a binary label: from which probability on a row counts as positive."""

from __future__ import annotations

from typing import Any

import numpy as np

# Precision and recall alone are not here: the best threshold for them names one row, or all.
TUNED = ("accuracy", "balanced_accuracy", "f1", "matthews_corrcoef")
SMOOTHED_SHARE = 0.05


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
    positive = probabilities[:, 1]
    order = np.argsort(-positive, kind="stable")
    ranked, hits = positive[order], np.cumsum(y[order] == 1)
    # A cut lies after the last of equal probabilities; after all rows it is no choice.
    ends = np.flatnonzero(ranked[1:] < ranked[:-1])
    if len(ends) == 0:
        return 0.5
    n_positive = float(hits[-1])
    scores = _scores(metric_name, hits[ends].astype(float), ends + 1.0, n_positive, len(y))
    rarer = min(n_positive, len(y) - n_positive)
    best = ends[int(np.argmax(_smoothed(scores, ends, SMOOTHED_SHARE * rarer)))]
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
