"""Greedy selection with replacement: at each step, add the trial that helps the blend most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from automl_magic.learn.losses import FEW_ROWS, Losses, losses_of
from automl_magic.learn.paired import gain
from automl_magic.learn.threshold import best_threshold
from automl_magic.recipe.combine import Blend, blended
from automl_magic.records import Metric
from automl_magic.tasks import metrics

# "Values above 25 lead to no measurable improvement" (Salinas & Erickson, TabRepo, 2023).
STEPS = 25
SMALLEST_WEIGHT = 0.03
# With few rows one selection follows the noise; the mean of several on parts of the rows does less,
# and so does a mean of that and equal shares, which count for as much as so many rows.
BAGS, BAG_SHARE = 12, 0.7
EQUAL_SHARES_ROWS, MOST_EQUAL = 200, 0.5
# How many trials may enter, by rows: of very many trials some fit the noise of few rows by luck.
ENTERING = {500: 8, 2_500: 15, 10_000: 40}
MOST_SORTED_TRIALS = 15
# The reasons of the members are measured on so many rows.
# A change of a score by less than this share of it, or of 1, is not worth its number.
HARDLY = 1e-4
MOST_EXPLAINED_ROWS = 10_000


@dataclass(frozen=True)
class Selection:
    """What of some trials is blended, and how.

    `weights` has a share for each trial, and they sum to 1; `reasons` says for each with a share
    why it has it.
    """

    blend: Blend
    weights: Any
    reasons: list[str]


def select(
    metric: Metric,
    y: Any,
    predictions: Sequence[Any],
    alone: Sequence[float],
    estimators: Sequence[str],
    *,
    max_members: int,
    seed: int,
) -> Selection:
    """Choose trials and their shares by their out-of-fold predictions.

    Parameters
    ----------
    y : array, shape (n,)
        Class codes or values.
    predictions : sequence of arrays, shape (n,) or (n, k)
    alone : sequence of float
        The loss of each trial by the metric.
    estimators : sequence of str
        Of each trial; the best of each estimator enter the selection before the others.

    Returns
    -------
    Selection
        With at most `max_members` shares, none below 0.03. The best trial alone, if it is better on
        these rows by more than one standard error of the difference.

    Notes
    -----
    Values are averaged, with shares chosen by the metric. Of probabilities the geometric mean is
    taken, with shares chosen by log loss (by the area under the ROC curve where that is the metric
    and rows are many). That, and what is done where rows are few, was compared with other ways on
    rows that no choice had seen: see "The blend" in docs/explanation/ensemble.md.
    """
    blend = Blend.MEAN if predictions[0].ndim == 1 else Blend.GEOMETRIC
    entering = entering_trials(len(y), alone, estimators)
    if metric.name == "roc_auc":
        entering = entering[:MOST_SORTED_TRIALS]
    losses = losses_of(metric, y, [predictions[place] for place in entering], blend, seed)
    weights = np.zeros(len(predictions))
    weights[entering] = _shares(losses, max_members, seed)
    best = int(np.argmin(alone))
    if _is_surely_worse(metric, y, predictions, Selection(blend, weights, []), best):
        weights = np.eye(len(predictions))[best]
    if np.sum(weights > 0) == 1:
        blend = Blend.MEAN
    selected = Selection(blend, weights, [])
    return replace(selected, reasons=_reasons(metric, y, predictions, selected, best))


def entering_trials(n_rows: int, alone: Sequence[float], estimators: Sequence[str]) -> list[int]:
    """Return which trials enter the selection: the best of each estimator, then the best."""
    ranked = [int(place) for place in np.argsort(alone, kind="stable")]
    first = {estimators[place]: place for place in reversed(ranked)}
    ordered = sorted(ranked, key=lambda place: first[estimators[place]] != place)
    rows, counts = np.log(list(ENTERING)), np.log(list(ENTERING.values()))
    return ordered[: round(np.exp(np.interp(np.log(n_rows), rows, counts)))]


def _shares(losses: Losses, max_members: int, seed: int) -> Any:
    n = len(losses.y)
    if n >= FEW_ROWS:
        return _pruned(_greedy(losses, np.arange(n), max_members), max_members)
    random = np.random.default_rng(seed)
    size = max(2, int(BAG_SHARE * n))
    bags = [np.sort(random.choice(n, size, replace=False)) for _ in range(BAGS)]
    found = sum(_greedy(losses, rows, max_members) for rows in bags) / BAGS
    weights = _pruned(found, max_members)
    equal = (weights > 0) / np.sum(weights > 0)
    part = min(MOST_EQUAL, EQUAL_SHARES_ROWS / n)
    return (1 - part) * weights + part * equal


def _greedy(losses: Losses, rows: Any, max_members: int) -> Any:
    parts, y = losses.parts[:, rows], losses.y[rows]
    counts, best_counts = np.zeros(len(parts)), None
    total, best_loss = np.zeros_like(parts[0]), np.inf
    for step in range(STEPS):
        found = losses.measure((total + parts) / (step + 1), y)
        if np.sum(counts > 0) >= max_members:
            found = np.where(counts > 0, found, np.inf)
        # Of equal losses, a trial that is in already costs nothing more to fit.
        ties = np.flatnonzero(found == np.min(found))
        pick = next((place for place in ties if counts[place]), ties[0])
        counts[pick] += 1
        total = total + parts[pick]
        if found[pick] < best_loss:
            best_loss, best_counts = found[pick], counts.copy()
    if best_counts is None:  # no blend has a loss
        best_counts = np.eye(len(parts))[0]
    return best_counts / best_counts.sum()


def _pruned(weights: Any, max_members: int) -> Any:
    kept = np.where(weights >= SMALLEST_WEIGHT, weights, 0.0)
    if not kept.any():
        kept = np.where(weights == weights.max(), weights, 0.0)
    kept[np.argsort(-kept, kind="stable")[max_members:]] = 0.0
    return kept / kept.sum()


def loss_of_blend(metric: Metric, y: Any, predictions: Sequence[Any], selected: Selection) -> float:
    """Return the loss of a blend by the metric, with the best threshold if it reads labels."""
    prediction = blend_of(predictions, selected)
    threshold = best_threshold(metric.name, y, prediction)
    found = metrics.score(
        metric.name, y, prediction, threshold=0.5 if threshold is None else threshold
    )
    return metric.loss(found) if np.isfinite(found) else np.inf


def blend_of(predictions: Sequence[Any], selected: Selection) -> Any:
    """Return the blend of some predictions."""
    members = np.flatnonzero(selected.weights).tolist()
    shares = selected.weights[members] / selected.weights[members].sum()
    return blended(selected.blend, shares, [predictions[place] for place in members])


def _is_surely_worse(
    metric: Metric, y: Any, predictions: Sequence[Any], selected: Selection, best: int
) -> bool:
    """Say whether a trial alone is better than a blend by more than a standard error.

    To ask for less did harm: with few rows the trial that looks best is the luckiest.
    """
    alone, blend = predictions[best], blend_of(predictions, selected)
    thresholds = (best_threshold(metric.name, y, alone), best_threshold(metric.name, y, blend))
    found = gain(metric.name, y, alone, blend, thresholds=thresholds)
    return found.mean > found.error


def _reasons(
    metric: Metric, y: Any, predictions: Sequence[Any], selected: Selection, best: int
) -> list[str]:
    """Say for each member what the blend loses without it."""
    weights = selected.weights
    members = np.flatnonzero(weights)
    if len(members) == 1:
        return [("The best trial; no other improves it." if weight else "") for weight in weights]
    rows = np.arange(len(y))
    if len(rows) > MOST_EXPLAINED_ROWS:
        rows = np.random.default_rng(0).choice(len(rows), MOST_EXPLAINED_ROWS, replace=False)
    y, predictions = y[rows], [found[rows] for found in predictions]
    whole = loss_of_blend(metric, y, predictions, selected)
    reasons = [""] * len(weights)
    for place in members:
        without = np.where(np.arange(len(weights)) == place, 0.0, weights)
        others = replace(selected, weights=without)
        rise = loss_of_blend(metric, y, predictions, others) - whole
        said = _said_of_loss(metric, rise, whole)
        reasons[place] = f"The best trial; {said}." if place == best else f"It is kept: {said}."
    return reasons


def _said_of_loss(metric: Metric, rise: float, whole: float) -> str:
    if rise > HARDLY * max(1.0, abs(whole)):
        return f"without it, {metric.name} is {rise:.2g} worse"
    return f"{metric.name} hardly changes without it, and different models together err less"
