"""relevance: how well a number orders the target. Steps that choose columns rank them by it.

All ranks are whole or half numbers, so their sums are exact: the notebook, which adds them up in
another order, chooses the same columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Answer, TaskKind

RANKED_ROWS = 10_000


def even_rows(n_rows: int, limit: int = RANKED_ROWS) -> Array:
    """Return at most so many row numbers, evenly spaced: ordered rows show all of their range."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, limit)).round().astype(np.int64))


def margin(n_rows: int) -> float:
    """Return what a correlation of so many rows must gain to be more than chance.

    It is two standard errors of a correlation of 0.
    """
    return float(2.0 / n_rows**0.5)


def relevance(X: Floats, target: Array, task: TaskKind, n_classes: int) -> Floats:
    """Return the strength of each column, 0 to 1, shape (n_columns,), rounded to nine digits.

    For a regression and for two classes it is the absolute rank correlation with the target
    (Spearman 1904). For more classes it is the correlation ratio of the ranks: the root of the
    share of their variance that lies between the classes. A missing value counts as the middle
    rank, so that a column with many of them is weak.
    """
    ranked, targets, sizes = centred_ranks(X), *_target_columns(target, task, n_classes)
    between = np.square(ranked.T @ targets) / sizes
    return np.sqrt(between.sum(axis=1) / np.maximum(np.square(ranked).sum(axis=0), 1.0)).round(9)


def relevance_of_sums(
    X: Floats, target: Array, task: TaskKind, n_classes: int, pairs: Sequence[tuple[int, int]]
) -> Floats:
    """Return the relevance of the best weighted sum of the ranks of two columns, for some pairs.

    It is what a model without interactions makes of the two: their multiple correlation.
    """
    ranked, targets, sizes = centred_ranks(X), *_target_columns(target, task, n_classes)
    with_targets, with_others = ranked.T @ targets, ranked.T @ ranked
    results = []
    for i, j in pairs:
        a, b, c = with_others[i, i], with_others[j, j], with_others[i, j]
        left, right = with_targets[i], with_targets[j]
        between = b * left**2 - 2.0 * c * left * right + a * right**2
        if a * b - c * c > 1e-6 * a * b:
            results.append(float((between / sizes).sum() / (a * b - c * c)) ** 0.5)
        else:  # one is as good as both
            better = max(
                (left**2 / sizes).sum() / max(a, 1.0), (right**2 / sizes).sum() / max(b, 1.0)
            )
            results.append(float(better) ** 0.5)
    return np.array(results).round(9)


def _target_columns(target: Array, task: TaskKind, n_classes: int) -> tuple[Floats, Floats]:
    """Return what ranks are compared with, a column for each, and the squared size of each."""
    if task.answer is Answer.CLASSES:
        targets = (target[:, None] == np.arange(n_classes)).astype(np.float64)
    else:
        targets = centred_ranks(target[:, None].astype(np.float64))
    return targets, np.maximum(np.square(targets).sum(axis=0), 1.0)


def centred_ranks(X: Floats) -> Floats:
    """Return the ranks within each column minus their mean; ties share theirs, missing ones get 0.

    It is `pandas.DataFrame.rank`, several times as fast.
    """
    ranks = np.zeros(X.shape, order="F")
    for position, values in enumerate(X.T):
        present = np.flatnonzero(~np.isnan(values))
        if len(present) == 0:
            continue
        order = present[np.argsort(values[present])]
        ordered = values[order]
        starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        ends = np.append(starts[1:], len(order))
        ranks[order, position] = np.repeat((starts + ends - len(order)) / 2.0, ends - starts)
    return ranks
