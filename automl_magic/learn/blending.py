"""Greedy selection with replacement: at each step, add the trial that improves the blend most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from automl_magic.learn.losses import FEW_ROWS, Losses, blend_losses
from automl_magic.learn.paired import gain
from automl_magic.learn.threshold import best_threshold
from automl_magic.recipe.combine import Blend, blend_predictions
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import Metric
from automl_magic.tasks import metrics
from automl_magic.tasks.splits import Rows

# "Values above 25 lead to no measurable improvement" (Salinas & Erickson, TabRepo, 2023).
STEPS = 25
MIN_WEIGHT = 0.03
# With few rows, one selection overfits. The mean of several on samples of the rows overfits less,
# and so does shrinking it towards equal weights, which count as much as this many rows.
BAGS, BAG_SHARE = 12, 0.7
EQUAL_SHARES_ROWS, MAX_EQUAL_SHARE = 200, 0.5
# Maximum number of trials to select from, by rows: with many trials, some fit the noise by luck.
ENTERING = {500: 8, 2_500: 15, 10_000: 40}
MAX_SORTED_TRIALS = 15
# A smaller change of a score, relative to it or to 1, isn't reported as a number.
MIN_CHANGE = 1e-4
# The reasons of the members are computed on at most this many rows.
MAX_EXPLAINED_ROWS = 10_000


@dataclass(frozen=True)
class EnsembleSelection:
    """The selected trials, and how they are blended.

    `weights` is an array of shape (n_trials,) that sums to 1. `reasons` says for each trial with a
    weight why it was selected.
    """

    blend: Blend
    weights: Floats
    reasons: list[str]


def select_ensemble(
    metric: Metric,
    y: Array,
    predictions: Sequence[Floats],
    trial_losses: Sequence[float],
    estimators: Sequence[str],
    *,
    max_members: int,
    seed: int,
) -> EnsembleSelection:
    """Choose trials and their weights by their out-of-fold predictions.

    Parameters
    ----------
    metric : Metric
    y : array, shape (n,)
        Class codes or values.
    predictions : sequence of arrays, shape (n,) or (n, k)
        One array per trial.
    trial_losses : sequence of float
        The loss of each trial by the metric.
    estimators : sequence of str
        The estimator of each trial. The best trial of each estimator comes before the others.
    max_members : int
        Maximum number of members.
    seed : int

    Returns
    -------
    Selection
        At most `max_members` weights, none below 0.03. Only the best trial, if it's better on these
        rows by more than one standard error of the difference.

    Notes
    -----
    Values are averaged, with weights chosen by the metric. For probabilities it's the geometric
    mean, with weights chosen by log loss, or by ROC AUC if that is the metric and there are many
    rows. These choices, and those for few rows, were compared on holdout rows: see "The blend" in
    docs/explanation/ensemble.md.
    """
    blend = Blend.MEAN if predictions[0].ndim == 1 else Blend.GEOMETRIC
    entering = entering_trials(len(y), trial_losses, estimators)
    if metric.name == "roc_auc":
        entering = entering[:MAX_SORTED_TRIALS]
    losses = blend_losses(metric, y, [predictions[index] for index in entering], blend, seed)
    weights = np.zeros(len(predictions))
    weights[entering] = _choose_weights(losses, max_members, seed)
    best = int(np.argmin(trial_losses))
    if _is_clearly_worse(metric, y, predictions, EnsembleSelection(blend, weights, []), best):
        weights = np.eye(len(predictions))[best]
    if np.sum(weights > 0) == 1:
        blend = Blend.MEAN
    selection = EnsembleSelection(blend, weights, [])
    return replace(selection, reasons=_reasons(metric, y, predictions, selection, best))


def entering_trials(
    n_rows: int, trial_losses: Sequence[float], estimators: Sequence[str]
) -> list[int]:
    """Return the indices of the trials to select from: the best per estimator, then the others."""
    ranked = [int(index) for index in np.argsort(trial_losses, kind="stable")]
    first = {estimators[index]: index for index in reversed(ranked)}
    ordered = sorted(ranked, key=lambda index: first[estimators[index]] != index)
    rows, counts = np.log(list(ENTERING)), np.log(list(ENTERING.values()))
    return ordered[: round(np.exp(np.interp(np.log(n_rows), rows, counts)))]


def _choose_weights(losses: Losses, max_members: int, seed: int) -> Floats:
    n = len(losses.y)
    if n >= FEW_ROWS:
        return _drop_small(_greedy(losses, np.arange(n), max_members), max_members)
    random = np.random.default_rng(seed)
    size = max(2, int(BAG_SHARE * n))
    bags = [np.sort(random.choice(n, size, replace=False)) for _ in range(BAGS)]
    no_weights = np.zeros(len(losses.parts))
    bagged = sum((_greedy(losses, rows, max_members) for rows in bags), start=no_weights) / BAGS
    weights = _drop_small(bagged, max_members)
    equal = (weights > 0) / np.sum(weights > 0)
    equal_share = min(MAX_EQUAL_SHARE, EQUAL_SHARES_ROWS / n)
    return (1 - equal_share) * weights + equal_share * equal


def _greedy(losses: Losses, rows: Rows, max_members: int) -> Floats:
    parts, y = losses.parts[:, rows], losses.y[rows]
    counts, best_counts = np.zeros(len(parts)), None
    total, best_loss = np.zeros_like(parts[0]), np.inf
    for step in range(STEPS):
        step_losses = losses.measure((total + parts) / (step + 1), y)
        if np.sum(counts > 0) >= max_members:
            step_losses = np.where(counts > 0, step_losses, np.inf)
        # In a tie, prefer a trial that is already a member: it adds no fit.
        ties = np.flatnonzero(step_losses == np.min(step_losses))
        pick = next((index for index in ties if counts[index]), ties[0])
        counts[pick] += 1
        total = total + parts[pick]
        if step_losses[pick] < best_loss:
            best_loss, best_counts = step_losses[pick], counts.copy()
    if best_counts is None:  # no blend has a loss
        best_counts = np.eye(len(parts))[0]
    return best_counts / best_counts.sum()


def _drop_small(weights: Floats, max_members: int) -> Floats:
    large = np.where(weights >= MIN_WEIGHT, weights, 0.0)
    if not large.any():
        large = np.where(weights == weights.max(), weights, 0.0)
    large[np.argsort(-large, kind="stable")[max_members:]] = 0.0
    return large / large.sum()


def loss_of_blend(
    metric: Metric, y: Array, predictions: Sequence[Floats], selection: EnsembleSelection
) -> float:
    """Return the loss of a blend by the metric, with the best threshold if it uses labels.

    `y` has shape (n,), and each prediction (n,) or (n, k).
    """
    prediction = blend_of(predictions, selection)
    threshold = best_threshold(metric.name, y, prediction)
    score = metrics.score(
        metric.name, y, prediction, threshold=0.5 if threshold is None else threshold
    )
    return metric.loss(score) if np.isfinite(score) else np.inf


def blend_of(predictions: Sequence[Floats], selection: EnsembleSelection) -> Floats:
    """Return the blend of some predictions, in their shape: (n,) or (n, k)."""
    members = np.flatnonzero(selection.weights).tolist()
    weights = selection.weights[members] / selection.weights[members].sum()
    return blend_predictions(selection.blend, weights, [predictions[index] for index in members])


def _is_clearly_worse(
    metric: Metric, y: Array, predictions: Sequence[Floats], selection: EnsembleSelection, best: int
) -> bool:
    """Return whether the best trial is better than the blend by more than a standard error.

    A smaller margin made scores worse: with few rows, the best trial is often just lucky.
    """
    trial, blend = predictions[best], blend_of(predictions, selection)
    thresholds = (best_threshold(metric.name, y, trial), best_threshold(metric.name, y, blend))
    difference = gain(metric.name, y, trial, blend, thresholds=thresholds)
    return difference.mean > difference.error


def _reasons(
    metric: Metric, y: Array, predictions: Sequence[Floats], selection: EnsembleSelection, best: int
) -> list[str]:
    """Return for each member how much worse the blend is without it."""
    weights = selection.weights
    members = np.flatnonzero(weights)
    if len(members) == 1:
        return [
            ("The best trial. No other trial improves it." if weight else "") for weight in weights
        ]
    rows = np.arange(len(y))
    if len(rows) > MAX_EXPLAINED_ROWS:
        rows = np.random.default_rng(0).choice(len(rows), MAX_EXPLAINED_ROWS, replace=False)
    y, predictions = y[rows], [prediction[rows] for prediction in predictions]
    blend_loss = loss_of_blend(metric, y, predictions, selection)
    reasons = [""] * len(weights)
    for index in members:
        without = np.where(np.arange(len(weights)) == index, 0.0, weights)
        others = replace(selection, weights=without)
        increase = loss_of_blend(metric, y, predictions, others) - blend_loss
        reason = _without_it(metric, increase, blend_loss)
        reasons[index] = f"The best trial. {reason}" if index == best else reason
    return reasons


def _without_it(metric: Metric, increase: float, blend_loss: float) -> str:
    if increase > MIN_CHANGE * max(1.0, abs(blend_loss)):
        return f"Without it, {metric.name} is {increase:.2g} worse."
    return (
        f"It makes the blend more diverse. Without it, {metric.name} is about the same on these "
        "rows."
    )
