"""ensemble: blend the trials whose combined out-of-fold predictions score best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.errors import PlanError
from automl_magic.learn.alternatives import select_within_latency
from automl_magic.learn.blend import Ensemble, EnsembleMember
from automl_magic.learn.blending import EnsembleSelection, select_ensemble
from automl_magic.learn.candidate import BASELINE
from automl_magic.learn.formatting import format_seconds
from automl_magic.learn.postprocess import postprocess_blend
from automl_magic.learn.threshold import MisclassificationCosts
from automl_magic.recipe.combine import Blend
from automl_magic.records import DecisionKind

if TYPE_CHECKING:
    from automl_magic.learn.trial import TrialResult
    from automl_magic.learn.trials import Search

__all__ = ["Ensemble", "EnsembleMember", "ensemble"]

MEANS = {Blend.MEAN: "arithmetic", Blend.GEOMETRIC: "geometric"}
# The mean of fits with different seeds has a smaller error. Above this number the gain is small.
MAX_SEEDS = 4


def ensemble(
    search: Search,
    *,
    max_members: int = 8,
    cost_false_positive: float | None = None,
    cost_false_negative: float | None = None,
    latency_ms_p95: float | None = None,
) -> Ensemble:
    """Blend the trials of a search: greedy selection with replacement on out-of-fold predictions.

    Only members that can be fitted in the remaining time are kept. A replayed search keeps the
    members, weights, calibration and threshold of its recipe.

    Parameters
    ----------
    search : Search
    max_members : int
        Maximum number of members.
    cost_false_positive, cost_false_negative : float, optional
        The cost of a false positive and a false negative, in one unit. With both, and two classes,
        the threshold has the lowest expected cost instead of the best score.
    latency_ms_p95 : float, optional
        Latency limit per row, in milliseconds (95th percentile). The best blend or single trial
        within the limit is chosen.

    Raises
    ------
    PlanError
        If a cost or the limit isn't a positive number.

    Notes
    -----
    Caruana et al., "Ensemble Selection from Libraries of Models" (ICML 2004).
    """
    costs = _costs(search, cost_false_positive, cost_false_negative)
    if search.recorded is not None:
        recorded = search.recorded
        members = [
            EnsembleMember(result, member.weight, "A member of the replayed recipe.")
            for result, member in zip(search.results, recorded.members, strict=True)
        ]
        return _with_seeds(search, postprocess_blend(search, members, recorded.blend, costs))
    results = [result for result in search.results if result.trial.estimator != BASELINE]
    if not results:
        baseline = EnsembleMember(
            search.results[0], 1.0, "No candidate has a score, so the model is the baseline."
        )
        return _with_seeds(search, postprocess_blend(search, [baseline], Blend.MEAN, costs))
    selection, choice = _selection(search, results, max(1, max_members)), None
    if latency_ms_p95 is not None:
        limit_ms = _positive(latency_ms_p95, "latency_ms_p95")
        selection, choice = select_within_latency(search, results, selection, limit_ms)
    members, dropped = _affordable(search, _members(results, selection))
    blend = selection.blend if len(members) > 1 else Blend.MEAN
    notes = [
        f"Trial {member.result.trial.number} ({member.result.trial.candidate}) was dropped: "
        f"{member.reason}"
        for member in dropped
    ]
    ensemble = _with_seeds(
        search, postprocess_blend(search, members, blend, costs, notes=notes, quick=choice)
    )
    _log_decisions(search, ensemble, dropped)
    return ensemble


def _selection(
    search: Search, results: Sequence[TrialResult], max_members: int
) -> EnsembleSelection:
    validated = search.rows.validated_mask
    metric = search.task.metric
    return select_ensemble(
        metric,
        search.task.y[search.rows.development][validated],
        [result.scored_oof[validated] for result in results],
        [metric.loss(_score(result)) for result in results],
        [result.trial.estimator for result in results],
        max_members=max_members,
        seed=search.task.seed,
    )


def _members(results: Sequence[TrialResult], selection: EnsembleSelection) -> list[EnsembleMember]:
    members = [
        EnsembleMember(results[index], float(weight), selection.reasons[index])
        for index, weight in enumerate(selection.weights)
        if weight > 0
    ]
    # The largest weight first, then the earlier trial.
    return sorted(members, key=lambda member: (-member.weight, member.result.trial.number))


def _affordable(
    search: Search, members: Sequence[EnsembleMember]
) -> tuple[list[EnsembleMember], list[EnsembleMember]]:
    """Drop the members with the smallest weights until the final fits take at most the time left.

    Returns the members that are kept, and those that are dropped, with the reason.
    """
    affordable, dropped = list(members), []
    available_s = search.budget.left_s - search.budget.reserved_s / 2
    while len(affordable) > 1 and search.final_fits_s([m.result for m in affordable]) > available_s:
        why = (
            f"fitting all members takes more than the {format_seconds(max(0.0, available_s))} left."
        )
        dropped.append(replace(affordable.pop(), weight=0.0, reason=why))
    total = sum(member.weight for member in affordable)
    return [replace(member, weight=member.weight / total) for member in affordable], dropped


def _with_seeds(search: Search, ensemble: Ensemble) -> Ensemble:
    """Set the number of seeds per member to as many as there is time for."""
    if search.recorded is not None:
        n_seeds = max(len(member.seeds) for member in search.recorded.members)
        return replace(ensemble, n_seeds=n_seeds)
    results, choice = [member.result for member in ensemble.members], ensemble.latency_choice
    available_s = search.budget.left_s - search.budget.reserved_s / 2
    n_seeds = 1
    while (
        n_seeds < MAX_SEEDS
        and search.budget.left_s > 0
        and search.final_fits_s(results, n_seeds + 1) <= available_s
        and (choice is None or choice.is_fast_enough(list(ensemble.weights), n_seeds + 1))
    ):
        n_seeds += 1
    return replace(ensemble, n_seeds=n_seeds)


def _log_decisions(search: Search, ensemble: Ensemble, dropped: Sequence[EnsembleMember]) -> None:
    """Log the decisions about the ensemble and each of its members."""
    for member in (*ensemble.members, *dropped):
        trial = member.result.trial
        choice = f"weight {member.weight:.2f}" if member.weight else "dropped"
        search.log_decision(
            DecisionKind.MEMBER, choice, member.reason, name=trial.candidate, trial=trial.number
        )
    weights = {str(number): round(weight, 4) for number, weight in ensemble.weights.items()}
    why = " ".join([*ensemble.notes, *ensemble.advice]) or ensemble.members[0].reason
    search.log_decision(
        DecisionKind.ENSEMBLE,
        f"{len(weights)} of {len(search.results)} trials, {MEANS[ensemble.blend]} mean",
        why,
        weights=weights,
        n_seeds=ensemble.n_seeds,
        threshold=ensemble.threshold,
        temperature=ensemble.calibration.temperature if ensemble.calibration else None,
    )


def _costs(
    search: Search, false_positive: float | None, false_negative: float | None
) -> MisclassificationCosts | None:
    if false_positive is None or false_negative is None or search.task.n_classes != 2:
        return None
    return MisclassificationCosts(
        _positive(false_positive, "cost_false_positive"),
        _positive(false_negative, "cost_false_negative"),
    )


def _positive(value: object, name: str) -> float:
    # A notebook's cell can pass any type.
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < np.inf:
        return float(value)
    raise PlanError(
        f"{name} can't be {value!r}.",
        why="It must be a number above 0.",
        fix=f"Set {name} in the ensemble cell to a number above 0, or remove it.",
    )


def _score(result: TrialResult) -> float:
    assert result.trial.score is not None
    return result.trial.score.value
