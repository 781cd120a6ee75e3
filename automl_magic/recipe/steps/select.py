"""select: the outputs of a view that say most of the target. It stands last in a view.

It is no step on columns: it looks at the matrix that the other steps have made. The outputs of
`category` steps always stay, so that the positions of the codes are known before the fit.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from automl_magic.recipe.goal import Goal
from automl_magic.recipe.steps.base import params_of
from automl_magic.recipe.steps.relevance import even_rows
from automl_magic.recipe.steps.scaling import choice_of
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Answer, StepSpec, TaskKind

SELECT = "select"
DEFAULTS: Mapping[str, Any] = {
    "method": "mutual_information",
    "most": 200,
    "rows": 10_000,
    "seed": 0,
}
BINS = 16
ITERATIONS = 20
LEVEL = 0.01


def select(
    spec: StepSpec, matrix: Floats, step_target: Goal, codes: Collection[int]
) -> tuple[int, ...]:
    """Return the positions of the outputs that are kept, in their order.

    Parameters
    ----------
    matrix : array of float64, shape (n_rows, n_outputs)
        The training rows' outputs, out of fold where they read the target.
    codes
        The positions of category codes. They are kept, whatever they say.

    Notes
    -----
    Parameters of the spec:

    method : "mutual_information" or "boruta"
        `mutual_information` (scikit-learn's, on numbers cut at 15 quantiles) keeps the `most`
        outputs that tell most of the target. `boruta` keeps what is not shown to be useless: in 20
        rounds, a forest of extremely random trees sees the outputs beside shuffled copies of them,
        and an output has a hit where it is more important than every copy. It is dropped where it
        has so few hits that chance would give them in less than 1 % of the cases (binomial test,
        Bonferroni's correction); what stays undecided is kept. Kursa and Rudnicki, "Feature
        Selection with the Boruta Package" (2010).
    most : int or None
        How many outputs are kept at most, codes not counted. Of Boruta's, those with most hits.
    rows : int
        How many evenly spaced rows are looked at.
    seed : int
        Seed of the shuffling and of the forests.
    """
    params = params_of(spec, DEFAULTS)
    choice_of(spec, "method", params["method"], ("boruta", "mutual_information"))
    rows = even_rows(len(matrix), params["rows"])
    X, y = matrix[rows], step_target.known(spec)[rows]
    optional = np.array([i for i in range(matrix.shape[1]) if i not in codes], dtype=np.int64)
    if params["method"] == "boruta":
        hits = boruta_hits(X, y, step_target.task, params["seed"])[optional]
        optional = optional[hits >= fewest_hits(X.shape[1])]
        scores = hits[hits >= fewest_hits(X.shape[1])].astype(np.float64)
    else:
        scores = mutual_information(X[:, optional], y, step_target.task)
    best = optional[np.argsort(-scores, kind="stable")[: params["most"]]]
    selected = sorted({*codes, *best.tolist()})
    # A model cannot learn from nothing, even where there is nothing to learn.
    return tuple(selected) or tuple(range(matrix.shape[1]))


def mutual_information(X: Floats, y: Array, task: TaskKind) -> Floats:
    """Return the mutual information of each column with the target, in nats, to nine digits."""
    from sklearn.feature_selection import mutual_info_classif

    if X.shape[1] == 0:
        return np.empty(0)
    y_binned = binned(y.astype(np.float64)) if task.answer is Answer.NUMBER else y
    X_binned = np.column_stack([binned(values) for values in X.T])
    scores: Floats = mutual_info_classif(X_binned, y_binned, discrete_features=True, random_state=0)
    return scores.round(9)


def binned(values: Floats) -> Array:
    """Return the bin of each value among equally full ones; missing values have their own."""
    missing = np.isnan(values)
    if missing.all():
        return np.zeros(len(values), dtype=np.int64)
    edges = np.quantile(values[~missing], np.arange(1, BINS) / BINS)
    return np.where(missing, BINS, np.searchsorted(edges, values, side="right"))


def boruta_hits(X: Floats, y: Array, task: TaskKind, seed: int) -> Array:
    """Return in how many of the rounds each column was more important than every shuffled one."""
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


def fewest_hits(n_columns: int) -> int:
    """Return the fewest hits that are not too few for chance: P(hits or fewer) ≥ 1 % / columns."""
    cumulative = 0.0
    for hits in range(ITERATIONS + 1):
        cumulative += math.comb(ITERATIONS, hits) / 2.0**ITERATIONS
        if cumulative * n_columns >= LEVEL:
            return hits
    return ITERATIONS
