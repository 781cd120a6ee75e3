"""The trials of a run: their order, their outcomes, and decisions during the search."""

from __future__ import annotations

import re
from collections.abc import Callable

from automl_magic.decision_log.files import BASELINE, RunFiles, SearchDecision
from automl_magic.decision_log.log import Reason, TrialOutcome
from automl_magic.decision_log.plan import plan_reason, search_reason
from automl_magic.records import DecisionKind, Trial, TrialState

ORDER_KINDS = (DecisionKind.CANDIDATES, DecisionKind.ORDER)
# Decisions that end the search are listed in the last section.
END_KINDS = ("stop", "end")
# Version 0.1 recorded a trial that never started, and one that continues another, only in words.
_NOT_STARTED_0_1 = "Not begun"
_CONTINUES_0_1 = re.compile(r"It goes on where trial (\d+) was frozen\.")


def order_reasons(files: RunFiles) -> tuple[Reason, ...]:
    """Return the candidates, their order, and the candidates that were rejected."""
    planned = [
        plan_reason(files, decision)
        for decision in (files.plan.decisions if files.plan else ())
        if decision.about in ORDER_KINDS
    ]
    return (*planned, *_matching(files, lambda decision: decision.about in ORDER_KINDS))


def trial_reasons(files: RunFiles) -> tuple[Reason, ...]:
    """Return the outcome of each trial, and why."""
    return tuple(trial_reason(files, trial) for trial in files.trials)


def search_decisions(files: RunFiles) -> tuple[Reason, ...]:
    """Return the decisions during the search, such as paused, resumed or skipped trials."""
    return _matching(files, _is_during_search)


def trial_reason(files: RunFiles, trial: Trial) -> Reason:
    """Return the outcome of a trial, and why."""
    outcome, choice, why = _outcome(files, trial)
    return Reason(
        about=DecisionKind.TRIAL,
        name=str(trial.number),
        choice=choice or outcome.value,
        why=why,
        candidate=trial.candidate,
        link=files.link(trial.cell_id or "search"),
        evidence={"tried_because": trial.reason} if trial.state is TrialState.COMPLETE else {},
        score=trial.score,
        fit_s=trial.fit_s,
        at_s=files.trial_ended_s.get(trial.number),
        outcome=outcome,
    )


def is_about(decision: SearchDecision, kind: DecisionKind, name: object) -> bool:
    """Return whether a decision is about one trial or candidate, by its name or its evidence."""
    is_named = (decision.about, decision.name) == (kind, str(name))
    return is_named or decision.evidence.get(kind) == name


def member_reason(files: RunFiles, number: int | None) -> str:
    """Return the ensemble's reason for a trial, or an empty string if it recorded none."""
    reasons = (
        decision.why
        for decision in reversed(files.decisions)
        if decision.is_about_model and decision.evidence.get("trial") == number
    )
    return next(reasons, "")


def _outcome(files: RunFiles, trial: Trial) -> tuple[TrialOutcome, str, str]:
    """Return the outcome of a trial, its words if they differ from the value, and the reason."""
    if trial.state is TrialState.COMPLETE:
        return _outcome_of_complete(files, trial)
    if trial.state is TrialState.FAIL:
        return TrialOutcome.FAILED, "", trial.reason
    was_skipped = not trial.started or trial.reason.startswith(_NOT_STARTED_0_1)
    return TrialOutcome.SKIPPED if was_skipped else TrialOutcome.PRUNED, "", trial.reason


def _outcome_of_complete(files: RunFiles, trial: Trial) -> tuple[TrialOutcome, str, str]:
    weights = files.weights
    if (weight := weights.get(trial.number)) is not None:
        choice = f"in the model, weight {weight:.2f}" if len(weights) > 1 else "is the model"
        return TrialOutcome.MEMBER, choice, member_reason(files, trial.number)
    if (later := _continuation(files, trial)) is not None:
        return TrialOutcome.RESUMED, "", f"It continued as trial {later}."
    if trial.estimator == BASELINE:
        return TrialOutcome.BASELINE, "", trial.reason
    if files.leaderboard is None:
        return TrialOutcome.SCORED, "", ""
    reason = member_reason(files, trial.number)
    return TrialOutcome.DROPPED, "", reason or _dropped_because(files, trial)


def _continuation(files: RunFiles, trial: Trial) -> int | None:
    """Return the number of the later trial that continues a paused one."""
    return next((later.number for later in files.trials if _continues(later) == trial.number), None)


def _continues(trial: Trial) -> int | None:
    if trial.continues is not None:
        return trial.continues
    match = _CONTINUES_0_1.search(trial.reason)
    return int(match[1]) if match is not None else None


def _dropped_because(files: RunFiles, trial: Trial) -> str:
    best = files.best
    if best is None or best.score is None or trial.score is None or best.number == trial.number:
        return "It's the best single trial, but adding it doesn't improve the blend."
    gap = abs(best.score.value - trial.score.value)
    return f"{gap:.3g} behind trial {best.number}. Adding it doesn't improve the blend."


def _is_during_search(decision: SearchDecision) -> bool:
    return (
        decision.about not in (*ORDER_KINDS, *END_KINDS, DecisionKind.COLUMN)
        and not decision.is_about_model
    )


def _matching(files: RunFiles, is_match: Callable[[SearchDecision], bool]) -> tuple[Reason, ...]:
    return tuple(
        search_reason(files, decision) for decision in files.decisions if is_match(decision)
    )
