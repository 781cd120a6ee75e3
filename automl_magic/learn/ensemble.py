"""ensemble: the blend of trials that scores best out of fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from automl_magic.errors import PlanError
from automl_magic.learn.alternatives import within_latency
from automl_magic.learn.blend import Ensemble, EnsembleMember
from automl_magic.learn.blending import Selection, select
from automl_magic.learn.candidate import BASELINE
from automl_magic.learn.settle import settle
from automl_magic.learn.threshold import Costs
from automl_magic.learn.words import seconds
from automl_magic.recipe.combine import Blend
from automl_magic.records import DecisionKind

if TYPE_CHECKING:
    from automl_magic.learn.trial import Scored
    from automl_magic.learn.trials import Search

__all__ = ["Ensemble", "EnsembleMember", "ensemble"]

MEANS = {Blend.MEAN: "arithmetic", Blend.GEOMETRIC: "geometric"}
# The mean of fits with different seeds errs less than one; above so many the gain is small.
MOST_SEEDS = 4


def ensemble(
    search: Search,
    *,
    max_members: int = 8,
    cost_false_positive: float | None = None,
    cost_false_negative: float | None = None,
    latency_ms_p95: float | None = None,
) -> Ensemble:
    """Blend the trials of a search: greedy selection with replacement on out-of-fold predictions.

    Only as many members stay as can be fitted in the time that is left. A replayed search keeps
    everything that its recipe says.

    Parameters
    ----------
    cost_false_positive, cost_false_negative : float, optional
        What a wrong yes and a wrong no cost, in one unit. With both, and two classes, the threshold
        is the one with the least expected cost instead of the metric's.
    latency_ms_p95 : float, optional
        The most milliseconds that predicting a row may take, in 95 of 100 rows: of the blend, parts
        of it and single trials, the best that is quick enough is taken.

    Raises
    ------
    PlanError
        If a cost or the limit is no positive number.

    Notes
    -----
    Caruana et al., "Ensemble Selection from Libraries of Models" (ICML 2004).
    """
    costs = _costs(search, cost_false_positive, cost_false_negative)
    if search.recorded is not None:
        recorded = search.recorded
        members = [
            EnsembleMember(scored, member.weight, "A member of the recipe that is replayed.")
            for scored, member in zip(search.scored, recorded.members, strict=True)
        ]
        return _with_seeds(search, settle(search, members, recorded.blend, costs))
    trials = [scored for scored in search.scored if scored.trial.estimator != BASELINE]
    if not trials:
        only = EnsembleMember(search.scored[0], 1.0, "No candidate has a score: the baseline.")
        return _with_seeds(search, settle(search, [only], Blend.MEAN, costs))
    selection, quick = _selection(search, trials, max(1, max_members)), None
    if latency_ms_p95 is not None:
        limit_ms = _positive(latency_ms_p95, "latency_ms_p95")
        selection, quick = within_latency(search, trials, selection, limit_ms)
    members, left_out = _affordable(search, _members(trials, selection))
    blend = selection.blend if len(members) > 1 else Blend.MEAN
    notes = [
        f"Trial {one.scored.trial.number} ({one.scored.trial.candidate}) was left out: {one.reason}"
        for one in left_out
    ]
    found = _with_seeds(search, settle(search, members, blend, costs, notes=notes, quick=quick))
    _tell(search, found, left_out)
    return found


def _selection(search: Search, trials: Sequence[Scored], max_members: int) -> Selection:
    validated = search.rows.validated
    metric = search.task.metric
    return select(
        metric,
        search.task.y[search.rows.development][validated],
        [scored.oof[validated] for scored in trials],
        [metric.loss(_score(scored)) for scored in trials],
        [scored.trial.estimator for scored in trials],
        max_members=max_members,
        seed=search.task.seed,
    )


def _members(trials: Sequence[Scored], selection: Selection) -> list[EnsembleMember]:
    members = [
        EnsembleMember(trials[place], float(weight), selection.reasons[place])
        for place, weight in enumerate(selection.weights)
        if weight > 0
    ]
    # The strongest first; of equal shares, the earlier trial.
    return sorted(members, key=lambda member: (-member.weight, member.scored.trial.number))


def _affordable(
    search: Search, members: Sequence[EnsembleMember]
) -> tuple[list[EnsembleMember], list[EnsembleMember]]:
    """Leave out the smallest shares until the final fits take no more than is left.

    Returns the members that stay, and those that do not, each with the reason.
    """
    kept, left_out = list(members), []
    available = search.budget.left_s - search.budget.reserved_s / 2
    while len(kept) > 1 and search.final_fits_s([m.scored for m in kept]) > available:
        why = f"fitting all members takes more than the {seconds(max(0.0, available))} left."
        left_out.append(replace(kept.pop(), weight=0.0, reason=why))
    total = sum(member.weight for member in kept)
    return [replace(member, weight=member.weight / total) for member in kept], left_out


def _with_seeds(search: Search, found: Ensemble) -> Ensemble:
    """Fit each member with as many seeds as the time is enough for."""
    if search.recorded is not None:
        return replace(found, n_seeds=max(len(one.seeds) for one in search.recorded.members))
    fits, quick = [member.scored for member in found.members], found.quick
    available = search.budget.left_s - search.budget.reserved_s / 2
    n_seeds = 1
    while (
        n_seeds < MOST_SEEDS
        and search.budget.left_s > 0
        and search.final_fits_s(fits, n_seeds + 1) <= available
        and (quick is None or quick.is_quick_with(list(found.weights), n_seeds + 1))
    ):
        n_seeds += 1
    return replace(found, n_seeds=n_seeds)


def _tell(search: Search, found: Ensemble, left_out: Sequence[EnsembleMember]) -> None:
    """Write down what was decided about the model and each of its members."""
    for one in (*found.members, *left_out):
        trial = one.scored.trial
        choice = f"weight {one.weight:.2f}" if one.weight else "left out"
        search.decide(
            DecisionKind.MEMBER, choice, one.reason, name=trial.candidate, trial=trial.number
        )
    weights = {str(number): round(weight, 4) for number, weight in found.weights.items()}
    why = " ".join([*found.notes, *found.advice]) or found.members[0].reason
    search.decide(
        DecisionKind.ENSEMBLE,
        f"{len(weights)} of {len(search.scored)} trials, {MEANS[found.blend]} mean",
        why,
        weights=weights,
        n_seeds=found.n_seeds,
        threshold=found.threshold,
        temperature=found.calibration.temperature if found.calibration else None,
    )


def _costs(
    search: Search, false_positive: float | None, false_negative: float | None
) -> Costs | None:
    if false_positive is None or false_negative is None or search.task.n_classes != 2:
        return None
    return Costs(
        _positive(false_positive, "cost_false_positive"),
        _positive(false_negative, "cost_false_negative"),
    )


def _positive(value: Any, name: str) -> float:
    # A notebook's cell may hold anything.
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < np.inf:
        return float(value)
    raise PlanError(
        f"{name} cannot be {value!r}.",
        why="It is a number above 0.",
        fix=f"Set {name} in the ensemble cell to a number above 0, or leave it out.",
    )


def _score(scored: Scored) -> float:
    assert scored.trial.score is not None
    return scored.trial.score.score
