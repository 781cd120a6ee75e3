"""The result of a run: scores, members with their weights, the threshold, and what ended it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from automl_magic.decision_log.files import ENSEMBLE_CELL, RunFiles
from automl_magic.decision_log.log import Reason
from automl_magic.decision_log.plan import search_reason
from automl_magic.decision_log.trials import END_KINDS, member_reason
from automl_magic.records import DecisionKind, LeaderboardRow, Score, TrialState

HOLDOUT_CELL, FINISH_CELL = "holdout", "finish"
_ENDED = {
    None: ("everything was tried", "No candidates or variations were left to try."),
    "deadline": ("the time budget was used", "The rest is reserved for the final fits."),
    "trials": ("the trial limit was reached", "hpo.trials sets this limit."),
    "interrupt": ("it was interrupted", "It was stopped. The best model so far was kept."),
}


def advice(files: RunFiles) -> tuple[str, ...]:
    """Return how the search ended if it was early, and the advice of the engine."""
    from automl_magic.track import search_end

    end = search_end(files.run)
    sentences = files.result.get("advice")
    recorded = tuple(map(str, sentences)) if isinstance(sentences, list | tuple) else ()
    return (*(end.sentences if end is not None else ()), *recorded)


def score_reasons(files: RunFiles) -> tuple[Reason, ...]:
    """Return the scores of the result, each linked to the cell that computed it."""
    reasons = []
    cv, holdout = files.score("cv"), files.score("holdout")
    if cv is None and files.leaderboard is None and (best := files.best) is not None:
        reasons.append(
            Reason(
                about="best so far",
                candidate=best.candidate,
                choice=f"trial {best.number}",
                why="The run ended before it made a model.",
                link=files.link(best.cell_id or "search"),
                score=best.score,
            )
        )
    if cv is not None:
        reasons.append(
            Reason(
                about="out of fold",
                choice=str(files.result.get("best") or ""),
                why=f"Scored on {cv.rows:,} rows by models not trained on them. The search used "
                "this score to choose, so it's slightly optimistic.",
                link=files.link(ENSEMBLE_CELL),
                score=cv,
            )
        )
    if holdout is not None:
        reasons.append(
            Reason(
                about="holdout",
                choice=str(files.result.get("best") or ""),
                why=f"Scored once on {holdout.rows:,} holdout rows. Report this score."
                if holdout.undefined is None
                else f"There's no score on the {holdout.rows:,} holdout rows. Hold out more rows.",
                link=files.link(HOLDOUT_CELL),
                score=holdout,
            )
        )
    return tuple(reasons)


def model_reasons(files: RunFiles) -> tuple[Reason, ...]:
    """Return why the members have these weights, and how their predictions are combined."""
    decisions = (
        search_reason(files, decision)
        for decision in files.decisions
        # A decision about a member is listed with the member.
        if decision.is_about_model and decision.evidence.get("trial") is None
    )
    return (*_members(files), *_combination(files), *decisions)


def end_reasons(files: RunFiles) -> tuple[Reason, ...]:
    """Return what ended the search, and how the run ended if it didn't succeed."""
    reasons = [
        search_reason(files, decision)
        for decision in files.decisions
        if decision.about in END_KINDS
    ]
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
            "cancelled": "It was stopped before its last cell.",
            "lost": "The process that ran it ended without recording a result.",
        }[run.status.value]
        reasons.append(Reason(about="run", choice=run.status.value, why=why))
    return tuple(reasons)


def _stopped(files: RunFiles) -> Reason:
    from automl_magic.track import search_end

    stopped = files.result["stopped"]
    choice, why = _ENDED.get(stopped, (str(stopped), ""))
    if files.result.get("replayed"):
        choice = "nothing was searched"
        why = f"The recorded trials of run {files.run.rerun_of or '(unknown)'} were fitted again."
    evidence = {
        name: value
        for name in ("n_trials", "search_s")
        if (value := files.result.get(name)) is not None
    }
    if (end := search_end(files.run)) is not None and end.untried:
        evidence["untried"] = list(end.untried)
    if files.plan is not None:
        evidence["budget_s"] = files.run.parameters.get("budget_s", files.plan.experiment.budget_s)
    return Reason(
        about="search", choice=choice, why=why, link=files.link(FINISH_CELL), evidence=evidence
    )


def _members(files: RunFiles) -> Iterator[Reason]:
    rows = [row for row in _rows(files) if row.trial is not None and row.weight is not None]
    for row in sorted(rows, key=lambda row: -(row.weight or 0.0)):
        best = files.best
        gain = _member_gain(row, best.score if best else None)
        yield Reason(
            about=DecisionKind.TRIAL,
            name=str(row.trial),
            candidate=row.name,
            choice=f"weight {row.weight:.2f}" if len(rows) > 1 else "the only member",
            why=member_reason(files, row.trial) or gain,
            link=files.link(ENSEMBLE_CELL),
            score=row.score,
            fit_s=row.fit_s,
        )


def _member_gain(row: LeaderboardRow, best: Score | None) -> str:
    if row.score is None or best is None:
        return "It improves the out-of-fold score of the blend."
    if row.score.value == best.value:
        return "It's the best single trial."
    gap = abs(row.score.value - best.value)
    return f"It's {gap:.3g} behind the best trial, but it improves the blend."


def _combination(files: RunFiles) -> Iterator[Reason]:
    """Yield how the recipe combines the predictions of its members, and the latency of one row."""
    decided_kinds = {decision.about for decision in files.decisions}
    for about, choice, why, evidence in _combination_steps(files.recipe):
        if about not in decided_kinds:
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
            choice=f"{final.row_latency_ms:.3g} ms per row (p95)",
            why="The 95th percentile of a few predictions in the process that fitted the model.",
            link=files.link(FINISH_CELL),
        )


def _combination_steps(
    recipe: Mapping[str, Any],
) -> Iterator[tuple[str, str, str, dict[str, object]]]:
    """Yield what the recipe does with its members' predictions: about, choice, why, evidence."""
    members = recipe.get("members") or []
    seeds = max((len(member.get("seeds") or ()) for member in members), default=1)
    if seeds > 1:
        why = "Each member is fitted once per seed. The mean of the fits has a smaller error."
        yield "seeds", str(seeds), why, {}
    if recipe.get("blend") == "geometric":
        why = "The weighted geometric mean of the probabilities scored better out of fold."
        yield "blend", "geometric mean", why, {}
    if calibration := recipe.get("calibration"):
        why = "It made the out-of-fold probabilities more accurate."
        numbers: dict[str, object] = {
            k: v for k, v in calibration.items() if isinstance(v, int | float)
        }
        yield "calibration", str(calibration.get("method", "")), why, numbers
    if (threshold := recipe.get("threshold")) is not None:
        why = "Rows with at least this probability get the second class. Best cut out of fold."
        yield "threshold", f"{threshold:.3f}", why, {}


def _rows(files: RunFiles) -> list[LeaderboardRow]:
    rows = files.leaderboard.rows if files.leaderboard else ()
    return [row for row in rows if row.state is TrialState.COMPLETE]
