"""features: a table in seventeen numbers, made in a fraction of a second.

Counts tell the size and the kinds of columns. Landmarks tell what the target is like: how well do
four very cheap models predict it? Where a line is as good as a tree, boosting deep trees gains
little; where the nearest row has the same target, there is little noise.

References
----------
Pfahringer, Bensusan and Giraud-Carrier, "Meta-Learning by Landmarking Various Learning Algorithms"
(ICML 2000).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_magic.recipe.values import Array, Floats, as_missing
from automl_magic.records import StepSpec, TaskKind

FEATURES = (
    "rows",
    "columns",
    "rows_per_column",
    "classes",
    "rarest",
    "categories",
    "levels",
    "missing",
    "text",
    "date",
    "skew",
    "stump",
    "tree",
    "neighbour",
    "line",
    "tree_over_line",
    "noise",
)
SAMPLE_ROWS = 2_000
# One-hot levels and text components can be thousands; the landmarks look at the likeliest.
LANDMARK_COLUMNS = 60
VALIDATION_SHARE = 3  # every third row
CATEGORY_STEPS = ("category", "one_hot", "target_mean")


@dataclass(frozen=True)
class Counts:
    """What is known of a table without its target.

    `columns` are those that a model sees, `categories` how many of them hold labels, and `levels`
    how many different ones the richest of those has among the rows looked at. `missing` is the
    share of empty cells.
    """

    rows: int
    columns: int
    categories: int = 0
    levels: int = 0
    missing: float = 0.0
    text: bool = False
    date: bool = False


@dataclass(frozen=True)
class Described:
    """A table in numbers, one for each of `FEATURES`, and what kind of task it is for."""

    kind: TaskKind
    values: tuple[float, ...]

    def __getitem__(self, feature: str) -> float:
        return self.values[FEATURES.index(feature)]


def sample_rows(n_rows: int, most: int = SAMPLE_ROWS) -> Array:
    """Return at most so many row numbers, evenly spaced: ordered rows show all of their range."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, most)).round().astype(np.int64))


def count(table: Mapping[str, Any], views: Mapping[str, Iterable[StepSpec]], n_rows: int) -> Counts:
    """Count what a table holds.

    Parameters
    ----------
    table : mapping of str to array, shape (n_sampled,)
        The columns that the views read, on some or all rows.
    views : mapping of str to StepSpec
    n_rows : int
        The rows of the whole table.
    """
    steps = [step for view in views.values() for step in view]
    used = sorted({name for step in steps for name in step.columns})
    labels = {name for step in steps if step.kind in CATEGORY_STEPS for name in step.columns}
    gaps, levels = 0, 0
    for name in used:
        empty = as_missing(table[name])
        gaps += int(empty.sum())
        if name in labels:
            levels = max(levels, len({str(value) for value in np.asarray(table[name])[~empty]}))
    cells = sum(len(table[name]) for name in used)
    kinds = {step.kind for step in steps}
    return Counts(
        n_rows,
        len(used),
        len(labels),
        levels,
        gaps / max(1, cells),
        "text" in kinds,
        "date" in kinds,
    )


def describe(X: Floats, y: Array, kind: TaskKind, counts: Counts) -> Described:
    """Describe a table by its counts and by four landmarks.

    Parameters
    ----------
    X : array of float64, shape (n_rows, n_columns)
        A matrix without gaps and with scaled columns, such as the view `dense` of a fold's
        training rows. At most 2,000 evenly spaced rows of it are looked at.
    y : array, shape (n_rows,)
        Class codes, or values.
    kind : TaskKind
    counts : Counts

    Notes
    -----
    A landmark is measured on a third of the rows: for classes 2 · AUC - 1 (the mean over classes,
    one against the rest), for values R², from -1 to 1. So 0 is a guess and 1 is perfect. The same
    arrays give the same numbers, rounded to three digits.
    """
    rows = sample_rows(len(y))
    landmarks = _landmarks(np.nan_to_num(X[rows]), y[rows], kind)
    best = max(landmarks.values())
    found = {
        **_sizes(y, kind, counts),
        **landmarks,
        "tree_over_line": landmarks["tree"] - landmarks["line"],
        "noise": 1.0 - max(0.0, best),
    }
    return Described(kind, tuple(round(float(found[name]), 3) for name in FEATURES))


def _sizes(y: Array, kind: TaskKind, counts: Counts) -> dict[str, float]:
    rows, columns = max(1, counts.rows), max(1, counts.columns)
    sizes = {
        "rows": math.log10(rows),
        "columns": math.log10(columns),
        "rows_per_column": math.log10(rows / columns),
        "classes": 0.0,
        "rarest": 0.0,
        "categories": counts.categories / columns,
        "levels": math.log10(1 + counts.levels),
        "missing": counts.missing,
        "text": counts.text,
        "date": counts.date,
        "skew": 0.0,
    }
    if kind.has_classes:
        sizes_of_classes = np.unique(y, return_counts=True)[1]
        sizes["classes"] = math.log2(len(sizes_of_classes))
        sizes["rarest"] = float(sizes_of_classes.min() / len(y))
    else:
        spread = float(np.std(y))
        sizes["skew"] = abs(float(np.mean(y) - np.median(y))) / spread if spread > 0 else 0.0
    return sizes


def _landmarks(X: Floats, y: Array, kind: TaskKind) -> dict[str, float]:
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.tree import DecisionTreeRegressor

    # One target a class, 1 or 0: then one kind of model does for all kinds of task.
    targets = np.eye(int(y.max()) + 1)[y] if kind.has_classes else y[:, None]
    order = np.random.default_rng(0).permutation(len(y))
    if kind.has_classes:  # each class in both parts
        order = order[np.argsort(y[order], kind="stable")]
    validates = np.zeros(len(y), dtype=bool)
    validates[order[::VALIDATION_SHARE]] = True
    train, truth = targets[~validates], targets[validates]
    X = _likeliest(X, X[~validates], train) if X.shape[1] else np.zeros((len(y), 1))
    models = {
        "stump": DecisionTreeRegressor(max_depth=1, random_state=0),
        "tree": DecisionTreeRegressor(max_depth=6, min_samples_leaf=5, random_state=0),
        "neighbour": KNeighborsRegressor(n_neighbors=1, algorithm="brute"),
        "line": Ridge(alpha=10.0),
    }
    measure = _areas if kind.has_classes else _r2
    found = {}
    for name, model in models.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            predicted = model.fit(X[~validates], train).predict(X[validates])
        found[name] = float(np.clip(measure(truth, predicted.reshape(truth.shape)), -1.0, 1.0))
    return found


def _likeliest(X: Floats, train: Floats, targets: Floats) -> Floats:
    """Return the columns that go along with the target most, in their own order."""
    if X.shape[1] <= LANDMARK_COLUMNS:
        return X
    centred = (train - train.mean(axis=0)) / np.maximum(train.std(axis=0), 1e-12)
    along = np.abs(centred.T @ (targets - targets.mean(axis=0))).max(axis=1)
    return X[:, np.sort(np.argsort(-along, kind="stable")[:LANDMARK_COLUMNS])]


def _areas(truth: Floats, predicted: Floats) -> float:
    """Return 2 · AUC - 1, the mean over the classes that occur and do not fill all rows."""
    from scipy.stats import rankdata

    positive = truth.sum(axis=0)
    negative = len(truth) - positive
    both = (positive > 0) & (negative > 0)
    if not both.any():
        return 0.0
    sums = (rankdata(predicted, axis=0) * truth).sum(axis=0)[both]
    positive, negative = positive[both], negative[both]
    areas = (sums - positive * (positive + 1) / 2) / (positive * negative)
    return float(2 * areas.mean() - 1)


def _r2(truth: Floats, predicted: Floats) -> float:
    spread = float(((truth - truth.mean()) ** 2).sum())
    return 1 - float(((truth - predicted) ** 2).sum()) / spread if spread > 0 else 0.0
