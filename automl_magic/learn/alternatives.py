"""What else could be the model: the blend, parts of it, single trials, by score and latency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.learn.blending import Selection, loss_of_blend, select
from automl_magic.learn.latency import AIR, Timings, time_trials
from automl_magic.learn.pareto import Option, choose
from automl_magic.recipe.combine import Blend

if TYPE_CHECKING:
    from automl_magic.learn.trial import Scored
    from automl_magic.learn.trials import Search

# Measuring may take this share of the budget; what it takes, the final fits have less.
MEASURING_SHARE = 0.1


@dataclass(frozen=True)
class Quick:
    """What was weighed against a limit of the latency, what was taken, and why.

    `trials` is how many trials were considered, `timings` those that there was time to measure.
    """

    options: tuple[Option, ...]
    chosen: Option
    why: str
    limit_ms: float
    timings: Timings

    def is_quick_with(self, numbers: Sequence[int], n_seeds: int) -> bool:
        """Say whether some trials are quick enough if each is fitted with so many seeds."""
        found = self.timings.row_latency_ms(numbers, n_seeds)
        return found is not None and AIR * found <= self.limit_ms


def within_latency(
    search: Search, trials: Sequence[Scored], selection: Selection, limit_ms: float
) -> tuple[Selection, Quick | None]:
    """Return the best of what predicts a row within a limit, and what it was chosen from.

    The options are the blend, its strongest members, the blend of the best of each estimator, and
    those trials alone. Where there was no time to measure any, the selection stays.
    """
    considered = _considered(search, trials, selection)
    most_s = MEASURING_SHARE * search.budget.budget_s
    timings = time_trials(search, [trials[place] for place in considered], most_s)
    options = [
        _option(search, trials, name, found, timings)
        for name, found in _selections(search, trials, selection, considered).items()
    ]
    if all(option.row_latency_ms is None for option in options):
        return selection, None
    chosen, why = choose(search.task.metric, options, limit_ms)
    places = {scored.trial.number: place for place, scored in enumerate(trials)}
    weights, reasons = np.zeros(len(trials)), [""] * len(trials)
    for trial, weight in chosen.weights.items():
        weights[places[trial]], reasons[places[trial]] = weight, selection.reasons[places[trial]]
        reasons[places[trial]] = reasons[places[trial]] or f"A part of: {chosen.name}."
    quick = Quick(tuple(options), chosen, why, limit_ms, timings)
    return Selection(chosen.blend, weights, reasons), quick


def _considered(search: Search, trials: Sequence[Scored], selection: Selection) -> list[int]:
    """Return the places of the members, the strongest first, and of the best of each estimator."""
    members = [int(place) for place in np.argsort(-selection.weights, kind="stable")]
    members = [place for place in members if selection.weights[place] > 0]
    return list(dict.fromkeys([*members, *_best_of_each(search, trials)]))


def _best_of_each(search: Search, trials: Sequence[Scored]) -> list[int]:
    ranked = sorted(range(len(trials)), key=lambda place: _loss(search, trials[place]))
    best: dict[str, int] = {}
    for place in ranked:
        best.setdefault(trials[place].trial.estimator, place)
    return list(best.values())


def _selections(
    search: Search, trials: Sequence[Scored], selection: Selection, considered: Sequence[int]
) -> dict[str, Selection]:
    found: dict[str, Selection] = {}
    members = [place for place in considered if selection.weights[place] > 0]
    for count in range(len(members), 1, -1):
        name = "the blend" if count == len(members) else f"its strongest {count}"
        kept = np.zeros(len(trials))
        kept[members[:count]] = selection.weights[members[:count]]
        found[name] = Selection(selection.blend, kept / kept.sum(), selection.reasons)
    families = _best_of_each(search, trials)
    if len(families) > 1:
        found["the best of each estimator"] = _blend_of(search, trials, families)
    for place in considered:
        alone = np.eye(len(trials))[place]
        name = f"trial {trials[place].trial.number} ({trials[place].trial.candidate})"
        found[name] = Selection(Blend.MEAN, alone, selection.reasons)
    return found


def _blend_of(search: Search, trials: Sequence[Scored], places: Sequence[int]) -> Selection:
    validated, task = search.rows.validated, search.task
    of_places = select(
        task.metric,
        task.y[search.rows.development][validated],
        [trials[place].oof[validated] for place in places],
        [_loss(search, trials[place]) for place in places],
        [trials[place].trial.estimator for place in places],
        max_members=len(places),
        seed=task.seed,
    )
    weights = np.zeros(len(trials))
    weights[list(places)] = of_places.weights
    return Selection(of_places.blend, weights, [""] * len(trials))


def _option(
    search: Search, trials: Sequence[Scored], name: str, selection: Selection, timings: Timings
) -> Option:
    validated, metric = search.rows.validated, search.task.metric
    y = search.task.y[search.rows.development][validated]
    oof = [scored.oof[validated] for scored in trials]
    loss = loss_of_blend(metric, y, oof, selection)
    weights = {
        trials[place].trial.number: float(selection.weights[place])
        for place in np.flatnonzero(selection.weights).tolist()
    }
    measured = timings.row_latency_ms(weights)
    latency = None if measured is None else AIR * measured
    score = metric.loss(loss)  # a loss is the score or its negative, and so is its loss again
    return Option(name, weights, score, selection.blend, latency)


def _loss(search: Search, scored: Any) -> float:
    return search.task.metric.loss(scored.trial.score.score)
