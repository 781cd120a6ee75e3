"""Greedy selection with replacement: at each step, add the trial that helps the blend most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from automl_magic.learn.threshold import best_threshold
from automl_magic.records import Metric
from automl_magic.tasks.tabular import metrics

# "Values above 25 lead to no measurable improvement" (Salinas & Erickson, TabRepo, 2023).
STEPS = 25
SMALLEST_WEIGHT = 0.03
# With few rows one selection follows the noise; the mean of several on parts of the rows does less.
FEW_ROWS, BAGS, BAG_SHARE = 2_000, 12, 0.7
# Metrics that have to sort, or that scikit-learn computes, look at no more rows than this.
MOST_SORTED_ROWS, MOST_MEASURED_ROWS = 20_000, 4_000
FEWEST_MEASURED_TRIALS = 12


class Losses:
    """How bad blends are: the loss of each `(so_far · n + trial) / (n + 1)`, smaller is better.

    Log loss, Brier score and the losses of values are computed on the trials side by side; an area
    under the curve by ranks; any other metric by `metrics.score`.
    """

    def __init__(self, metric: Metric, y: Any, predictions: Sequence[Any]) -> None:
        self.metric = metric
        rows = np.arange(len(y))
        if metric.name not in _ADDITIVE:
            most = MOST_SORTED_ROWS if metric.name == "roc_auc" else MOST_MEASURED_ROWS
            if len(rows) > most:
                rows = np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
        self.y = y[rows]
        self._read = _READS.get(metric.name, lambda prediction, _: prediction)
        self.predictions = np.stack([self._read(p[rows], self.y) for p in predictions])

    def of(self, blends: Any, rows: Any) -> Any:
        """Return the loss of each blend, shape (n_blends, n_rows, …), on some of the rows."""
        y = self.y[rows]
        additive = _ADDITIVE.get(self.metric.name)
        if additive is not None:
            return additive(blends, y)
        if self.metric.name == "roc_auc":
            return -_areas(blends, y)
        return np.array([self._measured(blend, y) for blend in blends])

    def rise(self, loss: float, to: float) -> float:
        """Return how much worse the metric gets, in its own unit, where a loss goes up."""
        if self.metric.name == "rmse":
            return float(np.sqrt(to) - np.sqrt(loss))
        if self.metric.name == "r2":
            return (to - loss) / float(np.var(self.y) or 1.0)
        return to - loss

    def _measured(self, blend: Any, y: Any) -> float:
        name = self.metric.name
        threshold = best_threshold(name, y, blend)
        found = metrics.score(name, y, blend, threshold=0.5 if threshold is None else threshold)
        return self.metric.loss(found) if np.isfinite(found) else np.inf


def select(losses: Losses, max_members: int, seed: int) -> tuple[Any, list[str]]:
    """Return a weight for each trial (they sum to 1), and for each why it has it.

    A weight below 0.03 becomes 0, and at most `max_members` stay.
    """
    n_rows, n_trials = len(losses.y), len(losses.predictions)
    everything = np.arange(n_rows)
    alone = losses.of(losses.predictions, everything)
    candidates = np.argsort(alone, kind="stable")[: max(max_members, FEWEST_MEASURED_TRIALS)]
    if n_rows < FEW_ROWS:
        random = np.random.default_rng(seed)
        size = max(2, int(BAG_SHARE * n_rows))
        bags = [np.sort(random.choice(n_rows, size, replace=False)) for _ in range(BAGS)]
    else:
        bags = [everything]
    weights = np.zeros(n_trials)
    for rows in bags:
        weights[candidates] += _greedy(losses, candidates, rows, max_members) / len(bags)
    weights = _pruned(weights, max_members)
    return weights, _reasons(losses, weights, alone)


def _greedy(losses: Losses, candidates: Any, rows: Any, max_members: int) -> Any:
    predictions = losses.predictions[candidates][:, rows]
    counts, best_counts = np.zeros(len(candidates)), None
    total, best_loss = np.zeros_like(predictions[0]), np.inf
    for step in range(STEPS):
        found = losses.of((total + predictions) / (step + 1), rows)
        if np.sum(counts > 0) >= max_members:
            found = np.where(counts > 0, found, np.inf)
        # Of equal losses, a trial that is in already costs nothing more to fit.
        ties = np.flatnonzero(found == np.min(found))
        pick = next((place for place in ties if counts[place]), ties[0])
        counts[pick] += 1
        total = total + predictions[pick]
        if found[pick] < best_loss:
            best_loss, best_counts = found[pick], counts.copy()
    if best_counts is None:  # no blend has a loss
        best_counts = np.eye(len(candidates))[0]
    return best_counts / best_counts.sum()


def _pruned(weights: Any, max_members: int) -> Any:
    kept = np.where(weights >= SMALLEST_WEIGHT, weights, 0.0)
    if not kept.any():
        kept = np.where(weights == weights.max(), weights, 0.0)
    worst = np.argsort(-kept, kind="stable")[max_members:]
    kept[worst] = 0.0
    return kept / kept.sum()


def _reasons(losses: Losses, weights: Any, alone: Any) -> list[str]:
    """Say for each member what the blend loses without it."""
    everything = np.arange(len(losses.y))
    members = np.flatnonzero(weights)
    if len(members) == 1:
        return [("The best trial; no other improves it." if weight else "") for weight in weights]

    def loss_of(shares: Any) -> float:
        blend = np.tensordot(shares / shares.sum(), losses.predictions, axes=1)
        return float(losses.of(blend[None], everything)[0])

    whole, reasons = loss_of(weights), [""] * len(weights)
    best = int(np.argmin(alone))
    for place in members:
        without = weights.copy()
        without[place] = 0.0
        gain = losses.rise(whole, loss_of(without))
        verdict = "worse" if gain > 0 else "better"
        said = f"without it, {losses.metric.name} is {abs(gain):.2g} {verdict}"
        reasons[place] = f"The best trial; {said}." if place == best else f"{said.capitalize()}."
    return reasons


def _areas(blends: Any, y: Any) -> Any:
    """Return the area under each blend's ROC curve; ties count half."""
    from scipy.stats import rankdata

    positive = y == 1
    n_positive, n = int(positive.sum()), len(y)
    if n_positive in (0, n):
        return np.full(len(blends), 0.5)
    ranks = rankdata(blends, axis=1)
    rank_sums = ranks[:, positive].sum(axis=1)
    return (rank_sums - n_positive * (n_positive + 1) / 2) / (n_positive * (n - n_positive))


def _squares(blends: Any, y: Any) -> Any:
    return ((blends - y) ** 2).mean(axis=1)


def _log_losses(blends: Any, _: Any) -> Any:
    smallest = np.finfo(np.float64).eps
    return -np.log(np.clip(blends, smallest, 1.0)).mean(axis=1)


def _of_true_class(prediction: Any, y: Any) -> Any:
    return prediction[np.arange(len(y)), y]


def _of_positive(prediction: Any, _: Any) -> Any:
    return prediction[:, 1]


def _errors(prediction: Any, y: Any) -> Any:
    """Return p - 1 for the true class and p for the others: the Brier score is their squares."""
    return prediction - np.eye(prediction.shape[1])[y]


def _brier_scores(blends: Any) -> Any:
    # For two classes scikit-learn looks at the positive one alone.
    return (blends**2).sum(axis=-1).mean(axis=1) / (2 if blends.shape[-1] == 2 else 1)


# What a metric reads of a prediction, where that is less than all of it.
_READS = {"log_loss": _of_true_class, "roc_auc": _of_positive, "brier": _errors}
# Losses that are a mean over rows, and so fast for many blends at once.
_ADDITIVE = {
    "log_loss": _log_losses,
    "brier": lambda blends, _: _brier_scores(blends),
    "rmse": _squares,
    "mse": _squares,
    "r2": _squares,
    "mae": lambda blends, y: np.abs(blends - y).mean(axis=1),
}
