"""AM002: a column that nearly determines the target by itself.

Such a column is mostly the answer in other words: a copy, a code of it, or something written down
after the fact. Each feature is scored alone on a sample of rows. Classes: the area under the ROC
curve of its values (two classes), and the balanced accuracy of a table from its values to the
commonest class, or of the class of the nearest value (more classes), both made on one half of the
sample and scored on the other. Numbers: the correlation of values and of ranks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.data.checks.look import Look, names
from automl_magic.data.informative import value_groups
from automl_magic.data.kinds import numbers_of
from automl_magic.records import ColumnKind, Finding, Severity

if TYPE_CHECKING:
    from numpy.typing import NDArray

CODE, TITLE = "AM002", "A column nearly determines the target"
CLASS_SCORE, CORRELATION = 0.995, 0.999
MAX_ROWS, MIN_ROWS, MAX_CELLS = 20_000, 50, 5_000_000
_MAX_CLASSES, _BINS = 100, 64


def look(table: Look) -> Iterator[Finding]:
    target = table.target_values
    if target is None or len(target.levels) < 2:
        return
    answer = target.factorized[0]
    rows = np.flatnonzero(answer >= 0)
    if len(rows) < MIN_ROWS:
        return
    n_sampled = min(MAX_ROWS, max(1000, MAX_CELLS // len(table.columns)))
    # A generator of its own: the sample depends on the number of rows alone.
    rows = np.random.default_rng(0).permutation(rows)[:n_sampled]
    classes = table.target_has_classes and len(target.levels) <= _MAX_CLASSES
    if not classes and target.storage == "text":
        return
    scores = {}
    for values, column in zip(table.values, table.columns, strict=True):
        if column.name == table.target or column.kind in (ColumnKind.CONSTANT, ColumnKind.ID):
            continue
        numbers = numbers_of(values, column.parse)
        numbers = None if numbers is None else numbers[rows]
        if classes:
            groups = value_groups(values, column.parse, _BINS)[rows]
            score, limit = _class_score(groups, numbers, answer[rows]), CLASS_SCORE
        else:
            score, limit = _correlation(numbers, target.numbers[rows]), CORRELATION
        if score > limit:
            scores[column.name] = round(score, 5)
    if scores:
        yield Finding(
            code=CODE,
            severity=Severity.WARNING,
            title=TITLE,
            detail=f"Alone, {names(scores)} {'tells' if len(scores) == 1 else 'tell'} the target "
            f"with a score of at least {min(scores.values()):.4f} ({_measure(classes)}).",
            fix="Ask when the value becomes known. If only together with the target or later, "
            "leave the column out: features: {exclude: [...]}.",
            columns=tuple(scores),
            evidence={"scores": scores, "rows": len(rows)},
        )


def _measure(classes: bool) -> str:
    return "area under the ROC curve or balanced accuracy" if classes else "correlation"


def _class_score(
    groups: NDArray[np.int64], numbers: NDArray[np.float64] | None, answer: NDArray[np.int64]
) -> float:
    score = _table_score(groups, answer)
    if numbers is None or np.isfinite(numbers).mean() < 0.5:
        return score
    present = np.isfinite(numbers)
    numbers, answer = numbers[present], answer[present]
    n_classes = len(np.unique(answer))
    if n_classes == 2:
        return max(score, _auc(numbers, answer))
    return max(score, _neighbour_score(numbers, answer)) if n_classes > 2 else score


def _table_score(groups: NDArray[np.int64], answer: NDArray[np.int64]) -> float:
    _, group = np.unique(groups, return_inverse=True)
    classes, label = np.unique(answer, return_inverse=True)
    if len(classes) < 2 or group.max() > len(group) / 4:
        return 0.0
    half = len(answer) // 2
    seen = np.zeros((group.max() + 1, len(classes)))
    np.add.at(seen, (group[:half], label[:half]), 1)
    return _balanced_accuracy(label[half:], seen.argmax(axis=1)[group[half:]])


def _neighbour_score(numbers: NDArray[np.float64], answer: NDArray[np.int64]) -> float:
    """Score the class of the nearest value of the first half. Bins would mix at their edges."""
    label = np.unique(answer, return_inverse=True)[1]
    half = len(answer) // 2
    order = np.argsort(numbers[:half], kind="stable")
    known, unknown = numbers[:half][order], numbers[half:]
    above = np.clip(np.searchsorted(known, unknown), 1, half - 1)
    nearer_below = unknown / 2 - known[above - 1] / 2 < known[above] / 2 - unknown / 2
    return _balanced_accuracy(label[half:], label[:half][order][above - nearer_below])


def _balanced_accuracy(label: NDArray[np.intp], predicted: NDArray[np.intp]) -> float:
    n_rows = np.bincount(label)
    n_right = np.bincount(label[predicted == label], minlength=len(n_rows))
    # A class with one or two rows in a half says nothing about the column.
    counted = n_rows >= 3
    return float((n_right[counted] / n_rows[counted]).mean()) if counted.sum() > 1 else 0.0


def _auc(numbers: NDArray[np.float64], answer: NDArray[np.int64]) -> float:
    from scipy.stats import rankdata

    positive = answer == answer.max()
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    if min(n_positive, n_negative) < 10:
        return 0.0
    ranks = rankdata(numbers)
    area = (ranks[positive].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative)
    return float(max(area, 1 - area))


def _correlation(numbers: NDArray[np.float64] | None, answer: NDArray[np.float64]) -> float:
    from scipy.stats import rankdata

    if numbers is None:
        return 0.0
    present = np.isfinite(numbers) & np.isfinite(answer)
    if present.sum() < MIN_ROWS or len(np.unique(numbers[present])) < 3:
        return 0.0
    pairs = (
        (numbers[present], answer[present]),
        (rankdata(numbers[present]), rankdata(answer[present])),
    )
    return max(_pearson(*pair) for pair in pairs)


def _pearson(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    # Scaled first: the squares of huge numbers overflow.
    a, b = a / np.abs(a).max(initial=1e-300), b / np.abs(b).max(initial=1e-300)
    a, b = a - a.mean(), b - b.mean()
    scale = np.sqrt((a @ a) * (b @ b))
    return float(abs(a @ b) / scale) if scale > 0 else 0.0
