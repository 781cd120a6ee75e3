"""entry: what a search has found, in the numbers that another table can be compared by."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from automl_magic.learn.meta.features import Described, sample_rows
from automl_magic.learn.meta.store import Entry, Outcome
from automl_magic.learn.threshold import best_threshold
from automl_magic.records import Metric
from automl_magic.tasks import metrics

# A blend of two is measured for each pair; on more rows than these it says the same.
MEASURED_ROWS = 10_000
MOST_LOSS = 2.0


def entry(
    described: Described,
    metric: Metric,
    y: Any,
    predictions: Mapping[str, Any],
    *,
    baseline: Any,
    seconds: Mapping[str, float],
    weights: Mapping[str, float] | None = None,
    name: str = "",
) -> Entry | None:
    """Measure candidates on a table: each alone, and each two of them together.

    Parameters
    ----------
    y : array, shape (n_rows,)
        Class codes or values of rows that were predicted out of fold.
    predictions : mapping of candidate to array
        Values of shape (n_rows,), or probabilities of shape (n_rows, n_classes), without gaps.
    baseline : array
        What is predicted without any column, in the same shape.
    seconds : mapping of candidate to float
        Of its fits on all folds.
    weights : mapping of candidate to float, optional
        Shares in the ensemble.
    name : str
        Of a table that ships with us. A user's own has none.

    Returns
    -------
    Entry or None
        None where no candidate is better than the baseline: nothing is to be learnt from that.
    """
    if not predictions:
        return None
    rows = sample_rows(len(y), MEASURED_ROWS)

    def loss(prediction: Any) -> float:
        threshold = best_threshold(metric.name, y[rows], prediction)
        found = metrics.score(
            metric.name, y[rows], prediction, threshold=0.5 if threshold is None else threshold
        )
        return metric.loss(found) if np.isfinite(found) else np.inf

    of_rows = {candidate: values[rows] for candidate, values in predictions.items()}
    alone = {candidate: loss(values) for candidate, values in of_rows.items()}
    pairs = {
        frozenset((a, b)): loss((of_rows[a] + of_rows[b]) / 2) for a, b in combinations(of_rows, 2)
    }
    best, worst = min((*alone.values(), *pairs.values())), loss(baseline[rows])
    # Differences below the fourth digit of the baseline's own are rounding.
    if not best < worst - 1e-4 * abs(worst):
        return None

    def scaled(value: float) -> float:
        return round(min(MOST_LOSS, (value - best) / (worst - best)), 5)

    cells = 10 ** (described["rows"] + described["columns"]) / 1e6
    return Entry(
        described,
        {
            candidate: Outcome(
                scaled(alone[candidate]),
                float(f"{max(seconds[candidate], 1e-4) / cells:.3g}"),
                round((weights or {}).get(candidate, 0.0), 3),
            )
            for candidate in of_rows
        },
        {pair: scaled(value) for pair, value in pairs.items()},
        name,
    )
