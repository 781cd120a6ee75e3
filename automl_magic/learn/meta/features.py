"""features: describe a table by seventeen meta-features, in a fraction of a second.

Counts describe the size and the kinds of columns. Landmarks describe the target: how well do four
very cheap models predict it? If a line is as good as a tree, boosting deep trees gains little. If
the nearest row has the same target, there is little noise.

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

import numpy as np

from automl_magic.recipe.values import Array, Floats, missing_mask
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
# There can be thousands of one-hot levels and text components. Landmarks use the most correlated.
LANDMARK_COLUMNS = 60
# Landmarks of 1,000 classes would take longer than many searches.
LANDMARK_CLASSES = 20
VALIDATION_SHARE = 3  # every third row
CATEGORY_STEPS = ("category", "one_hot", "target_mean")


@dataclass(frozen=True)
class TableCounts:
    """Counts of a table, without its target.

    `columns` is the number of columns that a model uses and `categories` how many of them are
    categorical. `levels` is the largest number of levels of one of those in the sampled rows.
    `missing` is the share of missing cells.
    """

    rows: int
    columns: int
    categories: int = 0
    levels: int = 0
    missing: float = 0.0
    text: bool = False
    date: bool = False


@dataclass(frozen=True)
class MetaFeatures:
    """The meta-features of a table, one for each of `FEATURES`, and the kind of its task."""

    kind: TaskKind
    values: tuple[float, ...]

    def __getitem__(self, feature: str) -> float:
        return self.values[FEATURES.index(feature)]


def sample_rows(n_rows: int, limit: int = SAMPLE_ROWS) -> Array:
    """Return at most `limit` row positions, evenly spaced so that they cover ordered rows."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, limit)).round().astype(np.int64))


def count_table(
    table: Mapping[str, Array], views: Mapping[str, Iterable[StepSpec]], n_rows: int
) -> TableCounts:
    """Count the columns, levels and missing cells of a table.

    Parameters
    ----------
    table : mapping of str to array, shape (n_sampled,)
        The columns that the views read, on some or all rows.
    views : mapping of str to StepSpec
    n_rows : int
        The number of rows of the full table.
    """
    steps = [step for view in views.values() for step in view]
    used_columns = sorted({name for step in steps for name in step.columns})
    categories = {name for step in steps if step.kind in CATEGORY_STEPS for name in step.columns}
    n_missing, levels = 0, 0
    for name in used_columns:
        is_missing = missing_mask(table[name])
        n_missing += int(is_missing.sum())
        if name in categories:
            values = np.asarray(table[name])[~is_missing]
            levels = max(levels, len({str(value) for value in values}))
    n_cells = sum(len(table[name]) for name in used_columns)
    kinds = {step.kind for step in steps}
    return TableCounts(
        n_rows,
        len(used_columns),
        len(categories),
        levels,
        n_missing / max(1, n_cells),
        "text" in kinds,
        "date" in kinds,
    )


def compute_meta_features(X: Floats, y: Array, kind: TaskKind, counts: TableCounts) -> MetaFeatures:
    """Compute the meta-features of a table: its counts and four landmarks.

    Parameters
    ----------
    X : array of float64, shape (n_rows, n_columns)
        A matrix without missing values and with scaled columns, such as the view `dense` of a
        fold's training rows. At most 2,000 evenly spaced rows are used.
    y : array, shape (n_rows,)
        Class codes or values.
    kind : TaskKind
    counts : Counts

    Notes
    -----
    A landmark is scored on a third of the rows: 2 · AUC - 1 for classes (the mean over classes,
    one against the rest), R² for values, clipped to [-1, 1]. 0 is a guess and 1 is perfect. The
    same arrays give the same numbers, rounded to three digits.
    """
    rows = sample_rows(len(y))
    landmarks = _landmarks(np.nan_to_num(X[rows]), y[rows], kind)
    best = max(landmarks.values())
    features = {
        **_sizes(y, kind, counts),
        **landmarks,
        "tree_over_line": landmarks["tree"] - landmarks["line"],
        "noise": 1.0 - max(0.0, best),
    }
    return MetaFeatures(kind, tuple(round(float(features[name]), 3) for name in FEATURES))


def _sizes(y: Array, kind: TaskKind, counts: TableCounts) -> dict[str, float]:
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
        class_counts = np.unique(y, return_counts=True)[1]
        sizes["classes"] = math.log2(len(class_counts))
        sizes["rarest"] = float(class_counts.min() / len(y))
    else:
        spread = float(np.std(y))
        sizes["skew"] = abs(float(np.mean(y) - np.median(y))) / spread if spread > 0 else 0.0
    return sizes


def _landmarks(X: Floats, y: Array, kind: TaskKind) -> dict[str, float]:
    from sklearn.linear_model import Ridge
    from sklearn.neighbors import KNeighborsRegressor
    from sklearn.tree import DecisionTreeRegressor

    # One 0/1 target per class, so that regressors work for all kinds of task.
    targets = _frequent_classes(y) if kind.has_classes else y[:, None]
    order = np.random.default_rng(0).permutation(len(y))
    if kind.has_classes:  # each class in both parts
        order = order[np.argsort(y[order], kind="stable")]
    is_validation = np.zeros(len(y), dtype=bool)
    is_validation[order[::VALIDATION_SHARE]] = True
    y_train, y_true = targets[~is_validation], targets[is_validation]
    X = _most_correlated(X, X[~is_validation], y_train) if X.shape[1] else np.zeros((len(y), 1))
    models = {
        "stump": DecisionTreeRegressor(max_depth=1, random_state=0),
        "tree": DecisionTreeRegressor(max_depth=6, min_samples_leaf=5, random_state=0),
        "neighbour": KNeighborsRegressor(n_neighbors=1, algorithm="brute"),
        "line": Ridge(alpha=10.0),
    }
    score = _gini if kind.has_classes else _r2
    scores = {}
    for name, model in models.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            y_pred = model.fit(X[~is_validation], y_train).predict(X[is_validation])
        scores[name] = float(np.clip(score(y_true, y_pred.reshape(y_true.shape)), -1.0, 1.0))
    return scores


def _frequent_classes(y: Array) -> Floats:
    """Return which of the most frequent classes each row has, shape (n_rows, n_classes)."""
    codes, counts = np.unique(y, return_counts=True)
    frequent = codes[np.argsort(-counts, kind="stable")[:LANDMARK_CLASSES]]
    return (y[:, None] == np.sort(frequent)).astype(np.float64)


def _most_correlated(X: Floats, X_train: Floats, targets: Floats) -> Floats:
    """Return the columns that correlate most with the target, in their original order."""
    if X.shape[1] <= LANDMARK_COLUMNS:
        return X
    scaled = (X_train - X_train.mean(axis=0)) / np.maximum(X_train.std(axis=0), 1e-12)
    correlation = np.abs(scaled.T @ (targets - targets.mean(axis=0))).max(axis=1)
    return X[:, np.sort(np.argsort(-correlation, kind="stable")[:LANDMARK_COLUMNS])]


def _gini(y_true: Floats, y_pred: Floats) -> float:
    """Return 2 · AUC - 1, the mean over the classes that have positive and negative rows."""
    from scipy.stats import rankdata

    n_positive = y_true.sum(axis=0)
    n_negative = len(y_true) - n_positive
    has_both = (n_positive > 0) & (n_negative > 0)
    if not has_both.any():
        return 0.0
    rank_sums = (rankdata(y_pred, axis=0) * y_true).sum(axis=0)[has_both]
    n_positive, n_negative = n_positive[has_both], n_negative[has_both]
    areas = (rank_sums - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative)
    return float(2 * areas.mean() - 1)


def _r2(y_true: Floats, y_pred: Floats) -> float:
    spread = float(((y_true - y_true.mean()) ** 2).sum())
    return 1 - float(((y_true - y_pred) ** 2).sum()) / spread if spread > 0 else 0.0
