"""undefined: why a metric has no value on some rows, and scores that say so."""

from __future__ import annotations

import numpy as np

from automl_magic.display.numbers import format_count
from automl_magic.recipe.values import Array
from automl_magic.records import Score
from automl_magic.tasks.metrics.intervals import interval
from automl_magic.tasks.metrics.scores import score

# These compare a row of one class with a row of another.
_NEED_BOTH_CLASSES = ("roc_auc", "roc_auc_ovr")
# These are shares of the positive rows, or of rows that could be.
_NEED_POSITIVE = ("average_precision", "recall", "f1")


def make_score(
    metric_name: str,
    y_true: Array,
    prediction: Array,
    *,
    threshold: float = 0.5,
    seed: int = 0,
    repeats: int = 200,
) -> Score:
    """Return the score of a prediction with its 95% interval, or why the metric is undefined.

    Parameters
    ----------
    y_true : array of shape (n_rows,)
    prediction : array of shape (n_rows, n_classes) or (n_rows,)
        See `score`.
    threshold : float
        See `score`.
    seed, repeats : int
        See `interval`.
    """
    value = score(metric_name, y_true, prediction, threshold=threshold)
    if not np.isfinite(value):
        why = undefined_reason(metric_name, y_true, prediction)
        return Score(
            metric=metric_name,
            score=None,
            rows=len(y_true),
            undefined=why or "it's too large for a number",
        )
    low, high = interval(
        metric_name, y_true, prediction, threshold=threshold, seed=seed, repeats=repeats
    )
    return Score(metric=metric_name, score=value, rows=len(y_true), low=low, high=high)


def undefined_reason(
    metric_name: str, y_true: Array, prediction: Array | None = None
) -> str | None:
    """Return why a metric is undefined on some rows, as a clause, or None if it's defined.

    Parameters
    ----------
    y_true : array of shape (n_rows,)
        Class codes 0..k-1, or floats for a regression.
    prediction : array of shape (n_rows, n_classes) or (n_rows,), optional
        Without it, returns only reasons that no prediction can change.
    """
    n = len(y_true)
    if n == 0:
        return "there are no rows"
    if prediction is not None and not np.isfinite(prediction).all():
        per_row = np.isfinite(prediction).reshape(n, -1).all(axis=1)
        return f"the predictions of {format_count(int((~per_row).sum()), 'row')} aren't finite"
    if metric_name in _NEED_BOTH_CLASSES and len(np.unique(y_true)) < 2:
        return "all rows have one class"
    if metric_name in _NEED_POSITIVE and not np.any(y_true == 1):
        return "no row has the positive class"
    if metric_name == "r2" and n < 2:
        return "it needs at least two rows"
    if metric_name == "r2" and np.ptp(y_true) == 0:
        return "all rows have the same target"
    return None
