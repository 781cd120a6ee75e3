"""What came out: the scores, the members with their weights, the threshold, and what ended it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from automl_magic.reasons.account import Reason
from automl_magic.reasons.files import ENSEMBLE_CELL, RunFiles
from automl_magic.reasons.question import decided_reason
from automl_magic.reasons.tried import END, said_of_member
from automl_magic.records import DecisionKind, LeaderboardRow, Score, TrialState

HOLDOUT_CELL, FINISH_CELL = "holdout", "finish"
_ENDED = {
    None: ("everything was tried", "No candidate and no variation was left to try."),
    "deadline": ("the budget was used", "What is left of it belongs to the final fits."),
    "trials": ("the number of trials was reached", "hpo.trials asked for no more."),
    "interrupt": ("it was interrupted", "Somebody stopped it; the best so far was kept."),
}


def advice(files: RunFiles) -> tuple[str, ...]:
    """Return the sentences that the engine put beside the result."""
    said = files.result.get("advice")
    return tuple(map(str, said)) if isinstance(said, list | tuple) else ()


def came_out(files: RunFiles) -> tuple[Reason, ...]:
    """Tell the scores of the result, each with the cell that measured it."""
    reasons = []
    cv, holdout = files.score("cv"), files.score("holdout")
    if cv is None and files.leaderboard is None and (best := files.best) is not None:
        reasons.append(
            Reason(
                about="best so far",
                candidate=best.candidate,
                choice=f"trial {best.number}",
                why="No model was made of it: the run ended first.",
                link=files.link(best.cell_id or "search"),
                score=best.score,
            )
        )
    if cv is not None:
        reasons.append(
            Reason(
                about="out of fold",
                choice=str(files.result.get("best") or ""),
                why=f"Measured on {cv.rows:,} rows, each by models that had not seen it; every "
                "choice was made with it, so it flatters a little.",
                link=files.link(ENSEMBLE_CELL),
                score=cv,
            )
        )
    if holdout is not None:
        reasons.append(
            Reason(
                about="holdout",
                choice=str(files.result.get("best") or ""),
                why=f"Measured once, on {holdout.rows:,} rows that no choice has seen: the number "
                "to quote.",
                link=files.link(HOLDOUT_CELL),
                score=holdout,
            )
        )
    return tuple(reasons)


def model(files: RunFiles) -> tuple[Reason, ...]:
    """Tell why these members with these weights, and how the probabilities become an answer."""
    told = (
        decided_reason(files, decided)
        for decided in files.decided
        # Why a member is one stands with the member.
        if decided.is_about_the_model and decided.evidence.get("trial") is None
    )
    return (*_members(files), *_answers(files), *told)


def ending(files: RunFiles) -> tuple[Reason, ...]:
    """Tell what ended the search, and how the run ended where it did not succeed."""
    reasons = [decided_reason(files, one) for one in files.decided if one.about in END]
    if not reasons and "stopped" in files.result:
        reasons.append(_stopped(files))
    run = files.run
    if run.failure is not None:
        cell_id = run.failure.cell_id
        reasons.append(
            Reason(
                about="run",
                choice=f"{run.status.value}: {run.failure.kind.value.replace('_', ' ')}",
                why=run.failure.message,
                link=files.link(cell_id) if cell_id else None,
            )
        )
    elif run.status.value in ("cancelled", "lost"):
        why = {
            "cancelled": "Somebody stopped it before its last cell.",
            "lost": "The program that ran it ended without a word; a later command noticed.",
        }[run.status.value]
        reasons.append(Reason(about="run", choice=run.status.value, why=why))
    return tuple(reasons)


def _stopped(files: RunFiles) -> Reason:
    stopped = files.result["stopped"]
    choice, why = _ENDED.get(stopped, (str(stopped), ""))
    if files.result.get("replayed"):
        choice = "nothing was searched"
        why = f"The recorded trials of run {files.run.rerun_of or '(another)'} were fitted again."
    measured = {
        name: value
        for name in ("n_trials", "search_s")
        if (value := files.result.get(name)) is not None
    }
    if files.plan is not None:
        measured["budget_s"] = files.run.parameters.get("budget_s", files.plan.experiment.budget_s)
    return Reason(
        about="search", choice=choice, why=why, link=files.link(FINISH_CELL), evidence=measured
    )


def _members(files: RunFiles) -> Iterator[Reason]:
    rows = [row for row in _rows(files) if row.trial is not None and row.weight is not None]
    for row in sorted(rows, key=lambda row: -(row.weight or 0.0)):
        best = files.best
        gain = _alone(row, best.score if best else None)
        yield Reason(
            about=DecisionKind.TRIAL,
            name=str(row.trial),
            candidate=row.name,
            choice=f"weight {row.weight:.2f}" if len(rows) > 1 else "the only member",
            why=said_of_member(files, row.trial) or gain,
            link=files.link(ENSEMBLE_CELL),
            score=row.score,
            fit_s=row.fit_s,
        )


def _alone(row: LeaderboardRow, best: Score | None) -> str:
    if row.score is None or best is None:
        return "The blend scores better with it out of fold."
    if row.score.score == best.score:
        return "The best trial alone."
    gap = abs(row.score.score - best.score)
    return f"Alone it is {gap:.3g} behind the best trial; the blend scores better with it."


def _answers(files: RunFiles) -> Iterator[Reason]:
    """Tell how the recipe makes one answer of its members', and what one prediction takes."""
    told = {decided.about for decided in files.decided}
    for about, choice, why, evidence in _steps_to_an_answer(files.recipe):
        if about not in told:
            yield Reason(
                about=about,
                choice=choice,
                why=why,
                evidence=evidence,
                link=files.link(ENSEMBLE_CELL),
            )
    final = next((row for row in _rows(files) if row.trial is None), None)
    if final is not None and final.row_latency_ms is not None:
        yield Reason(
            about="speed",
            choice=f"{final.row_latency_ms:.3g} ms for one row",
            why="The median of a few predictions in the process that fitted it.",
            link=files.link(FINISH_CELL),
        )


def _steps_to_an_answer(
    recipe: Mapping[str, Any],
) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Give what the recipe does with its members' predictions, as about, choice, why, evidence."""
    members = recipe.get("members") or []
    seeds = max((len(member.get("seeds") or ()) for member in members), default=1)
    if seeds > 1:
        why = "Each member is fitted once with each, and the mean of the fits errs less than one."
        yield "seeds", str(seeds), why, {}
    if recipe.get("blend") == "geometric":
        why = "The probabilities are multiplied instead of added: out of fold that scored better."
        yield "blend", "geometric mean", why, {}
    if calibration := recipe.get("calibration"):
        why = "Out of fold, the probabilities fit better with it what really happened."
        numbers = {k: v for k, v in calibration.items() if isinstance(v, int | float)}
        yield "calibration", str(calibration.get("method", "")), why, numbers
    if (threshold := recipe.get("threshold")) is not None:
        why = "From this probability on a row counts as the second class: the best cut out of fold."
        yield "threshold", f"{threshold:.3f}", why, {}


def _rows(files: RunFiles) -> list[LeaderboardRow]:
    rows = files.leaderboard.rows if files.leaderboard else ()
    return [row for row in rows if row.state is TrialState.COMPLETE]
