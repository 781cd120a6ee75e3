"""relevance: rank correlation with the target, by which steps select columns.

Ranks are multiples of one half, so their sums are exact. The notebook sums them in another order
and still selects the same columns.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Answer, TaskKind

RANKED_ROWS = 10_000


def even_rows(n_rows: int, limit: int = RANKED_ROWS) -> Array:
    """Return at most `limit` evenly spaced row positions, so ordered tables are fully covered."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, limit)).round().astype(np.int64))


def min_gain(n_rows: int) -> float:
    """Return the smallest gain in correlation that is more than chance: two standard errors."""
    return float(2.0 / n_rows**0.5)


def relevance(X: Floats, target: Array, task: TaskKind, n_classes: int) -> Floats:
    """Return the relevance of each column, 0 to 1, of shape (n_columns,), rounded to nine digits.

    For a regression and for two classes it is the absolute rank correlation with the target
    (Spearman 1904). For more classes it is the correlation ratio of the ranks: the square root of
    the share of their variance between the classes. Missing values get the middle rank, so columns
    with many of them are weak.
    """
    ranked, targets, sizes = centred_ranks(X), *_target_columns(target, task, n_classes)
    between = np.square(ranked.T @ targets) / sizes
    return np.sqrt(between.sum(axis=1) / np.maximum(np.square(ranked).sum(axis=0), 1.0)).round(9)


def relevance_of_sums(
    X: Floats, target: Array, task: TaskKind, n_classes: int, pairs: Sequence[tuple[int, int]]
) -> Floats:
    """Return the relevance of the best weighted sum of the ranks of two columns, (n_pairs,).

    It is the multiple correlation: what a model without interactions can use.
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
        else:  # the two columns carry the same information
            better = max(
                (left**2 / sizes).sum() / max(a, 1.0), (right**2 / sizes).sum() / max(b, 1.0)
            )
            results.append(float(better) ** 0.5)
    return np.array(results).round(9)


def _target_columns(target: Array, task: TaskKind, n_classes: int) -> tuple[Floats, Floats]:
    """Return the columns to correlate ranks with, (n_rows, n_targets), and their squared sizes."""
    if task.answer is Answer.CLASSES:
        targets = (target[:, None] == np.arange(n_classes)).astype(np.float64)
    else:
        targets = centred_ranks(target[:, None].astype(np.float64))
    return targets, np.maximum(np.square(targets).sum(axis=0), 1.0)


def centred_ranks(X: Floats) -> Floats:
    """Return the ranks within each column minus their mean. Ties share a rank, NaN becomes 0.

    Same as `pandas.DataFrame.rank`, several times as fast.
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
