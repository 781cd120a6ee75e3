"""select: keep the outputs of a view that predict the target best. It is a view's last step.

It works on the matrix of the other steps instead of columns. The outputs of `category` steps are
always kept, so the positions of the codes are known before the fit.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import step_params
from automl_magic.recipe.steps.relevance import even_rows
from automl_magic.recipe.steps.scaling import check_choice
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Answer, StepSpec, TaskKind

SELECT = "select"
DEFAULTS: Mapping[str, object] = {
    "method": "mutual_information",
    "most": 200,
    "rows": 10_000,
    "seed": 0,
}
BINS = 16
# The columns of a block and their counts have about this many cells.
COUNTED_CELLS = 2_000_000
ITERATIONS = 20
SIGNIFICANCE_LEVEL = 0.01


def select(
    spec: StepSpec, matrix: Floats, step_target: StepTarget, codes: Collection[int]
) -> tuple[int, ...]:
    """Return the sorted positions of the selected outputs.

    Parameters
    ----------
    matrix : array of float64 of shape (n_rows, n_outputs)
        The outputs of the training rows, out of fold if they use the target.
    codes
        The positions of category codes, which are always kept.

    Notes
    -----
    Parameters of the spec:

    method : "mutual_information" or "boruta"
        `mutual_information` (scikit-learn's, on numbers binned at 15 quantiles) keeps the `most`
        most informative outputs. `boruta` drops outputs that are shown to be useless: in each of 20
        rounds, extremely randomized trees are fitted on the outputs and shuffled copies of them,
        and an output scores a hit if it is more important than every copy. It is dropped if it has
        significantly few hits (binomial test, p < 1% with Bonferroni correction). Undecided outputs
        are kept. Kursa and Rudnicki, "Feature Selection with the Boruta Package" (2010).
    most : int or None
        The maximum number of outputs, without codes. With Boruta, those with the most hits.
    rows : int
        The number of evenly spaced rows to use.
    seed : int
        The seed of the shuffling and the forests.
    """
    params = step_params(spec, DEFAULTS)
    check_choice(spec, "method", params["method"], ("boruta", "mutual_information"))
    rows = even_rows(len(matrix), params["rows"])
    X, y = matrix[rows], step_target.require_target(spec)[rows]
    optional = np.array([i for i in range(matrix.shape[1]) if i not in codes], dtype=np.int64)
    if params["method"] == "boruta":
        hits = boruta_hits(X, y, step_target.task, params["seed"])[optional]
        optional = optional[hits >= min_hits(X.shape[1])]
        scores = hits[hits >= min_hits(X.shape[1])].astype(np.float64)
    else:
        scores = mutual_information(X[:, optional], y, step_target.task)
    best = optional[np.argsort(-scores, kind="stable")[: params["most"]]]
    selected = sorted({*codes, *best.tolist()})
    # A model needs at least one column, even if none is useful.
    return tuple(selected) or tuple(range(matrix.shape[1]))


def mutual_information(X: Floats, y: Array, task: TaskKind) -> Floats:
    """Return each column's mutual information with the target, in nats, of shape (n_columns,).

    It's scikit-learn's `mutual_info_classif` of binned numbers, for many columns at once. One call
    per column takes 3 ms, whatever the number of rows.
    """
    n, width = X.shape
    if width == 0:
        return np.empty(0)
    if task.answer is Answer.NUMBER:
        y = bin_values(y.astype(np.float64)[:, None])[:, 0]
    codes = np.unique(y, return_inverse=True)[1]
    k = int(codes.max()) + 1
    of_target = np.bincount(codes) / n
    scores = np.empty(width)
    size = max(1, COUNTED_CELLS // max(n, (BINS + 1) * k))
    for start in range(0, width, size):
        bins = bin_values(X[:, start : start + size])
        columns = bins.shape[1]
        cells = (np.arange(columns) * (BINS + 1) + bins) * k + codes[:, None]
        counts = np.bincount(cells.ravel(), minlength=columns * (BINS + 1) * k)
        joint = counts.reshape(columns, BINS + 1, k) / n
        expected = joint.sum(axis=2, keepdims=True) * of_target
        ratios = np.divide(joint, expected, out=np.ones_like(joint), where=joint > 0)
        scores[start : start + size] = (joint * np.log(ratios)).sum(axis=(1, 2))
    return np.maximum(scores, 0.0).round(9)


def bin_values(X: Floats) -> Array:
    """Return the quantile bin of each value in its column. Missing values have their own bin."""
    missing: NDArray[np.bool_] = np.isnan(X)
    has_missing = np.any(missing, axis=0)
    shares = np.arange(1, BINS) / BINS
    edges = np.zeros((len(shares), X.shape[1]))
    edges[:, ~has_missing] = np.quantile(X[:, ~has_missing], shares, axis=0)
    bins = np.empty(X.shape, dtype=np.int64)
    for column, values in enumerate(X.T):
        if has_missing[column]:
            present = values[~missing[:, column]]
            if not len(present):
                bins[:, column] = 0
                continue
            edges[:, column] = np.quantile(present, shares)
        bins[:, column] = np.searchsorted(edges[:, column], values, side="right")
        bins[missing[:, column], column] = BINS
    return bins


def boruta_hits(X: Floats, y: Array, task: TaskKind, seed: int) -> Array:
    """Return the number of rounds in which each column beat every shuffled copy, (n_columns,)."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

    forest = ExtraTreesRegressor if task.answer is Answer.NUMBER else ExtraTreesClassifier
    rng = np.random.default_rng(seed)
    lowest = np.nanmin(np.vstack([X, np.zeros(X.shape[1])]), axis=0)
    X = np.where(np.isnan(X), lowest - 1.0, X)
    width = X.shape[1]
    hits = np.zeros(width, dtype=np.int64)
    for number in range(ITERATIONS):
        with_shuffled = np.hstack([X, rng.permuted(X, axis=0)])
        model = forest(
            n_estimators=50, max_depth=7, max_features="sqrt", random_state=seed + number, n_jobs=1
        ).fit(with_shuffled, y)
        importances = model.feature_importances_
        hits += importances[:width] > importances[width:].max()
    return hits


def min_hits(n_columns: int) -> int:
    """Return the minimum number of hits to keep a column: P(hits or fewer) ≥ 1% / n_columns."""
    cumulative = 0.0
    for hits in range(ITERATIONS + 1):
        cumulative += math.comb(ITERATIONS, hits) / 2.0**ITERATIONS
        if cumulative * n_columns >= SIGNIFICANCE_LEVEL:
            return hits
    return ITERATIONS
