"""entry: summarize the results of a search for the order on other tables."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from automl_magic.learn.meta.features import MetaFeatures, sample_rows
from automl_magic.learn.meta.store import CandidateResult, KnownDataset
from automl_magic.learn.threshold import best_threshold
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Metric
from automl_magic.tasks import metrics

# Blends of two are scored for each pair. More rows than this don't change the result.
MEASURED_ROWS = 10_000
MAX_LOSS = 2.0


def measure_dataset(
    described: MetaFeatures,
    metric: Metric,
    y: Array,
    predictions: Mapping[str, Floats],
    *,
    baseline: Floats,
    seconds: Mapping[str, float],
    weights: Mapping[str, float] | None = None,
    name: str = "",
) -> KnownDataset | None:
    """Score candidates on a table: each one, and each blend of two.

    Parameters
    ----------
    y : array, shape (n_rows,)
        Class codes or values of the rows with out-of-fold predictions.
    predictions : mapping of candidate to array
        Values of shape (n_rows,), or probabilities of shape (n_rows, n_classes), without NaN.
    baseline : array
        The predictions without any column, in the same shape.
    seconds : mapping of candidate to float
        Time of its fits on all folds.
    weights : mapping of candidate to float, optional
        Weights in the ensemble.
    name : str
        Name of a shipped table. Empty for a user's own.

    Returns
    -------
    Entry or None
        None if no candidate is better than the baseline.
    """
    if not predictions:
        return None
    rows = sample_rows(len(y), MEASURED_ROWS)

    def loss(prediction: Floats) -> float:
        threshold = best_threshold(metric.name, y[rows], prediction)
        score = metrics.score(
            metric.name, y[rows], prediction, threshold=0.5 if threshold is None else threshold
        )
        return metric.loss(score) if np.isfinite(score) else np.inf

    sampled = {candidate: values[rows] for candidate, values in predictions.items()}
    losses = {candidate: loss(values) for candidate, values in sampled.items()}
    pairs = {
        frozenset((a, b)): loss((sampled[a] + sampled[b]) / 2) for a, b in combinations(sampled, 2)
    }
    best, worst = min((*losses.values(), *pairs.values())), loss(baseline[rows])
    # Smaller differences than the fourth digit of the baseline's loss are rounding errors.
    if not best < worst - 1e-4 * abs(worst):
        return None

    def scaled(value: float) -> float:
        return round(min(MAX_LOSS, (value - best) / (worst - best)), 5)

    cells = 10 ** (described["rows"] + described["columns"]) / 1e6
    return KnownDataset(
        described,
        {
            candidate: CandidateResult(
                scaled(losses[candidate]),
                float(f"{max(seconds[candidate], 1e-4) / cells:.3g}"),
                round((weights or {}).get(candidate, 0.0), 3),
            )
            for candidate in sampled
        },
        {pair: scaled(value) for pair, value in pairs.items()},
        name,
    )
