"""What was tried: the order, what became of each trial, and what was decided on the way."""

from __future__ import annotations

import re
from collections.abc import Callable

from automl_magic.reasons.account import Reason
from automl_magic.reasons.files import BASELINE, Decided, RunFiles
from automl_magic.reasons.question import decided_reason, reason_of
from automl_magic.records import DecisionKind, Trial, TrialState

ORDER = (DecisionKind.CANDIDATES, DecisionKind.ORDER)
# Decisions that end the search are told at the end.
END = ("stop", "end")
# The engine's words for a trial that never started, and for one that goes on where another was
# frozen.
NOT_BEGUN = "Not begun"
_GOES_ON = re.compile(r"It goes on where trial (\d+) was frozen\.")


def order(files: RunFiles) -> tuple[Reason, ...]:
    """Tell which candidates there were, in which order, and what was not among them."""
    planned = [
        reason_of(files, decision)
        for decision in (files.plan.decisions if files.plan else ())
        if decision.about in ORDER
    ]
    return (*planned, *_decided_about(files, lambda decided: decided.about in ORDER))


def trials(files: RunFiles) -> tuple[Reason, ...]:
    """Tell of each trial what became of it, and why."""
    return tuple(trial_reason(files, trial) for trial in files.trials)


def decided(files: RunFiles) -> tuple[Reason, ...]:
    """Tell what the search decided on the way: frozen, thawed, skipped, and whatever else."""
    return _decided_about(files, _is_on_the_way)


def trial_reason(files: RunFiles, trial: Trial) -> Reason:
    """Tell what became of a trial, and why."""
    choice, why = _fate(files, trial)
    return Reason(
        about=DecisionKind.TRIAL,
        name=str(trial.number),
        choice=choice,
        why=why,
        candidate=trial.candidate,
        link=files.link(trial.cell_id or "search"),
        evidence={"tried_because": trial.reason} if trial.state is TrialState.COMPLETE else {},
        score=trial.score,
        fit_s=trial.fit_s,
        at_s=files.ended_s.get(trial.number),
    )


def is_about(decided: Decided, kind: DecisionKind, name: object) -> bool:
    """Say whether a decision is about one trial or candidate, by its name or its evidence."""
    return (decided.about, decided.name) == (kind, str(name)) or decided.evidence.get(kind) == name


def said_of_member(files: RunFiles, number: int | None) -> str:
    """Return what the ensemble said about a trial, if it wrote that down."""
    said = (
        one.why
        for one in reversed(files.decided)
        if one.is_about_the_model and one.evidence.get("trial") == number
    )
    return next(said, "")


def _fate(files: RunFiles, trial: Trial) -> tuple[str, str]:
    if trial.state is TrialState.COMPLETE:
        return _fate_of_complete(files, trial)
    if trial.state is TrialState.FAIL:
        return "failed", trial.reason
    return ("skipped" if trial.reason.startswith(NOT_BEGUN) else "pruned"), trial.reason


def _fate_of_complete(files: RunFiles, trial: Trial) -> tuple[str, str]:
    weights = files.weights
    if (weight := weights.get(trial.number)) is not None:
        share = f"in the model, weight {weight:.2f}" if len(weights) > 1 else "is the model"
        return share, said_of_member(files, trial.number)
    if (later := _later_part(files, trial)) is not None:
        return "thawed", f"It went on as trial {later}."
    if trial.estimator == BASELINE:
        return "baseline", trial.reason
    if files.leaderboard is None:
        return "scored", ""
    said = said_of_member(files, trial.number)
    return "dropped", said or f"{_behind(files, trial)}the blend is no better with it."


def _later_part(files: RunFiles, trial: Trial) -> int | None:
    """Return the number of the trial as which a frozen one went on."""
    for later in files.trials:
        found = _GOES_ON.search(later.reason)
        if found is not None and int(found[1]) == trial.number:
            return later.number
    return None


def _behind(files: RunFiles, trial: Trial) -> str:
    best = files.best
    if best is None or best.score is None or trial.score is None or best.number == trial.number:
        return "Best alone, but "
    gap = abs(best.score.score - trial.score.score)
    return f"{gap:.3g} behind trial {best.number}; "


def _is_on_the_way(decided: Decided) -> bool:
    return (
        decided.about not in (*ORDER, *END, DecisionKind.COLUMN) and not decided.is_about_the_model
    )


def _decided_about(files: RunFiles, wanted: Callable[[Decided], bool]) -> tuple[Reason, ...]:
    return tuple(decided_reason(files, decided) for decided in files.decided if wanted(decided))
