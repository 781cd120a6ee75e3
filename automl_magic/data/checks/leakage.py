"""AM002: a column that nearly determines the target by itself.

Such a column is usually the target in another form: a copy, a code for it, or a value recorded
after the fact. Each feature is scored by itself on a sample of rows:

- Classes: the balanced accuracy of a lookup table from its values to the most frequent class,
  built on one half of the sample and scored on the other. For numeric features, also the area under
  the ROC curve (two classes) or the balanced accuracy of the nearest value's class (more classes).
- Numbers: the larger of the Pearson and Spearman correlations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.data.checks.context import CheckContext, format_names
from automl_magic.data.informative import value_groups
from automl_magic.data.kinds import to_numbers
from automl_magic.records import ColumnKind, Finding, Severity

if TYPE_CHECKING:
    from numpy.typing import NDArray

CODE, TITLE = "AM002", "Possible target leakage"
CLASS_SCORE, CORRELATION = 0.995, 0.999
MAX_ROWS, MIN_ROWS, MAX_CELLS = 20_000, 50, 5_000_000
_MAX_CLASSES, _BINS = 100, 64


def run(table: CheckContext) -> Iterator[Finding]:
    target = table.target_values
    if target is None or len(target.levels) < 2:
        return
    y = target.factorized[0]
    rows = np.flatnonzero(y >= 0)
    if len(rows) < MIN_ROWS:
        return
    n_sampled = min(MAX_ROWS, max(1000, MAX_CELLS // len(table.columns)))
    # Its own generator, so that the sample depends only on the number of rows.
    rows = np.random.default_rng(0).permutation(rows)[:n_sampled]
    classes = table.target_has_classes and len(target.levels) <= _MAX_CLASSES
    if not classes and target.storage == "text":
        return
    scores = {}
    for values, column in zip(table.values, table.columns, strict=True):
        if column.name == table.target or column.kind in (ColumnKind.CONSTANT, ColumnKind.ID):
            continue
        numbers = to_numbers(values, column.parse)
        numbers = None if numbers is None else numbers[rows]
        if classes:
            groups = value_groups(values, column.parse, _BINS)[rows]
            score, limit = _class_score(groups, numbers, y[rows]), CLASS_SCORE
        else:
            score, limit = _correlation(numbers, target.numbers[rows]), CORRELATION
        if score > limit:
            scores[column.name] = round(score, 5)
    if scores:
        yield Finding(
            code=CODE,
            severity=Severity.WARNING,
            title=TITLE,
            detail=f"Without any other column, {format_names(scores)} "
            f"{'predicts' if len(scores) == 1 else 'each predict'} the target with a score of at "
            f"least {min(scores.values()):.4f} ({_measure(classes)}).",
            fix="Check when you learn this value. If it's with the target or later, exclude the "
            "column: features: {exclude: [...]}.",
            columns=tuple(scores),
            evidence={"scores": scores, "rows": len(rows)},
        )


def _measure(classes: bool) -> str:
    return "area under the ROC curve or balanced accuracy" if classes else "correlation"


def _class_score(
    groups: NDArray[np.int64], numbers: NDArray[np.float64] | None, y: NDArray[np.int64]
) -> float:
    score = _lookup_score(groups, y)
    if numbers is None or np.isfinite(numbers).mean() < 0.5:
        return score
    present = np.isfinite(numbers)
    numbers, y = numbers[present], y[present]
    n_classes = len(np.unique(y))
    if n_classes == 2:
        return max(score, _auc(numbers, y))
    return max(score, _neighbour_score(numbers, y)) if n_classes > 2 else score


def _lookup_score(groups: NDArray[np.int64], y: NDArray[np.int64]) -> float:
    """Return the balanced accuracy of a table from groups to the most frequent class."""
    _, group = np.unique(groups, return_inverse=True)
    classes, label = np.unique(y, return_inverse=True)
    if len(classes) < 2 or group.max() > len(group) / 4:
        return 0.0
    half = len(y) // 2
    counts = np.zeros((group.max() + 1, len(classes)))
    np.add.at(counts, (group[:half], label[:half]), 1)
    return _balanced_accuracy(label[half:], counts.argmax(axis=1)[group[half:]])


def _neighbour_score(numbers: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    """Return the balanced accuracy of the class of the nearest value in the first half.

    Bins would mix classes at their edges.
    """
    label = np.unique(y, return_inverse=True)[1]
    half = len(y) // 2
    order = np.argsort(numbers[:half], kind="stable")
    train, test = numbers[:half][order], numbers[half:]
    above = np.clip(np.searchsorted(train, test), 1, half - 1)
    nearer_below = test / 2 - train[above - 1] / 2 < train[above] / 2 - test / 2
    return _balanced_accuracy(label[half:], label[:half][order][above - nearer_below])


def _balanced_accuracy(label: NDArray[np.intp], predicted: NDArray[np.intp]) -> float:
    n_rows = np.bincount(label)
    n_correct = np.bincount(label[predicted == label], minlength=len(n_rows))
    # One or two rows of a class in a half are too few to score.
    counted = n_rows >= 3
    return float((n_correct[counted] / n_rows[counted]).mean()) if counted.sum() > 1 else 0.0


def _auc(numbers: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    from scipy.stats import rankdata

    positive = y == y.max()
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    if min(n_positive, n_negative) < 10:
        return 0.0
    ranks = rankdata(numbers)
    area = (ranks[positive].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative)
    return float(max(area, 1 - area))


def _correlation(numbers: NDArray[np.float64] | None, y: NDArray[np.float64]) -> float:
    from scipy.stats import rankdata

    if numbers is None:
        return 0.0
    present = np.isfinite(numbers) & np.isfinite(y)
    if present.sum() < MIN_ROWS or len(np.unique(numbers[present])) < 3:
        return 0.0
    pairs = (
        (numbers[present], y[present]),
        (rankdata(numbers[present]), rankdata(y[present])),
    )
    return max(_pearson(*pair) for pair in pairs)


def _pearson(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    # Scale first, because the squares of huge numbers overflow.
    a, b = a / np.abs(a).max(initial=1e-300), b / np.abs(b).max(initial=1e-300)
    a, b = a - a.mean(), b - b.mean()
    scale = np.sqrt((a @ a) * (b @ b))
    return float(abs(a @ b) / scale) if scale > 0 else 0.0
