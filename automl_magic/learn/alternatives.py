"""Possible models within a latency limit: the blend, smaller blends and single trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.learn.blending import EnsembleSelection, loss_of_blend, select_ensemble
from automl_magic.learn.latency import SAFETY_FACTOR, Timings, time_trials
from automl_magic.learn.pareto import ModelOption, choose_option
from automl_magic.recipe.combine import Blend

if TYPE_CHECKING:
    from automl_magic.learn.trial import TrialResult
    from automl_magic.learn.trials import Search

# Measuring can take this share of the budget, which leaves less for the final fits.
MEASURING_SHARE = 0.1


@dataclass(frozen=True)
class LatencyChoice:
    """The options within a latency limit, the chosen one, and why.

    `timings` holds the trials that there was time to measure.
    """

    options: tuple[ModelOption, ...]
    chosen: ModelOption
    why: str
    limit_ms: float
    timings: Timings

    def is_fast_enough(self, numbers: Sequence[int], n_seeds: int) -> bool:
        """Return whether a blend is within the limit if each trial is fitted with `n_seeds`."""
        latency_ms = self.timings.row_latency_ms(numbers, n_seeds)
        return latency_ms is not None and SAFETY_FACTOR * latency_ms <= self.limit_ms


def select_within_latency(
    search: Search, results: Sequence[TrialResult], selection: EnsembleSelection, limit_ms: float
) -> tuple[EnsembleSelection, LatencyChoice | None]:
    """Return the best selection that predicts a row within a limit, and its alternatives.

    The options are the blend, its strongest members, the blend of the best of each estimator, and
    each of those trials. If there was no time to measure any, the selection stays the same.
    """
    considered = _considered(search, results, selection)
    measuring_s = MEASURING_SHARE * search.budget.budget_s
    timings = time_trials(search, [results[index] for index in considered], measuring_s)
    options = [
        _option(search, results, name, alternative, timings)
        for name, alternative in _selections(search, results, selection, considered).items()
    ]
    if all(option.row_latency_ms is None for option in options):
        return selection, None
    option, why = choose_option(search.task.metric, options, limit_ms)
    index_of = {result.trial.number: index for index, result in enumerate(results)}
    weights, reasons = np.zeros(len(results)), [""] * len(results)
    for number, weight in option.weights.items():
        index = index_of[number]
        weights[index] = weight
        reasons[index] = selection.reasons[index] or f"A member of: {option.name}."
    choice = LatencyChoice(tuple(options), option, why, limit_ms, timings)
    return EnsembleSelection(option.blend, weights, reasons), choice


def _considered(
    search: Search, results: Sequence[TrialResult], selection: EnsembleSelection
) -> list[int]:
    """Return the indices of the members by decreasing weight, and of the best per estimator."""
    members = [int(index) for index in np.argsort(-selection.weights, kind="stable")]
    members = [index for index in members if selection.weights[index] > 0]
    return list(dict.fromkeys([*members, *_best_per_estimator(search, results)]))


def _best_per_estimator(search: Search, results: Sequence[TrialResult]) -> list[int]:
    ranked = sorted(range(len(results)), key=lambda index: _loss(search, results[index]))
    best: dict[str, int] = {}
    for index in ranked:
        best.setdefault(results[index].trial.estimator, index)
    return list(best.values())


def _selections(
    search: Search,
    results: Sequence[TrialResult],
    selection: EnsembleSelection,
    considered: Sequence[int],
) -> dict[str, EnsembleSelection]:
    selections: dict[str, EnsembleSelection] = {}
    members = [index for index in considered if selection.weights[index] > 0]
    for count in range(len(members), 1, -1):
        name = "the blend" if count == len(members) else f"its strongest {count}"
        weights = np.zeros(len(results))
        weights[members[:count]] = selection.weights[members[:count]]
        selections[name] = EnsembleSelection(
            selection.blend, weights / weights.sum(), selection.reasons
        )
    best_indices = _best_per_estimator(search, results)
    if len(best_indices) > 1:
        selections["the best of each estimator"] = _blend_of(search, results, best_indices)
    for index in considered:
        weights = np.eye(len(results))[index]
        name = f"trial {results[index].trial.number} ({results[index].trial.candidate})"
        selections[name] = EnsembleSelection(Blend.MEAN, weights, selection.reasons)
    return selections


def _blend_of(
    search: Search, results: Sequence[TrialResult], indices: Sequence[int]
) -> EnsembleSelection:
    validated, task = search.rows.validated_mask, search.task
    selection = select_ensemble(
        task.metric,
        task.y[search.rows.development][validated],
        [results[index].scored_oof[validated] for index in indices],
        [_loss(search, results[index]) for index in indices],
        [results[index].trial.estimator for index in indices],
        max_members=len(indices),
        seed=task.seed,
    )
    weights = np.zeros(len(results))
    weights[list(indices)] = selection.weights
    return EnsembleSelection(selection.blend, weights, [""] * len(results))


def _option(
    search: Search,
    results: Sequence[TrialResult],
    name: str,
    selection: EnsembleSelection,
    timings: Timings,
) -> ModelOption:
    validated, metric = search.rows.validated_mask, search.task.metric
    y = search.task.y[search.rows.development][validated]
    oof = [result.scored_oof[validated] for result in results]
    loss = loss_of_blend(metric, y, oof, selection)
    weights = {
        results[index].trial.number: float(selection.weights[index])
        for index in np.flatnonzero(selection.weights).tolist()
    }
    measured_ms = timings.row_latency_ms(weights)
    latency_ms = None if measured_ms is None else SAFETY_FACTOR * measured_ms
    score = metric.loss(loss)  # a loss is the score or its negative, so this undoes it
    return ModelOption(name, weights, score, selection.blend, latency_ms)


def _loss(search: Search, result: TrialResult) -> float:
    score = result.trial.score
    assert score is not None
    return search.task.metric.loss(score.value)
