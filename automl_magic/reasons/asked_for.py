"""All that is known about one trial, one candidate or one column of a run."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.errors import RunError, near_miss, shorten
from automl_magic.reasons.account import Reason, Section
from automl_magic.reasons.files import RunFiles
from automl_magic.reasons.question import decided_reason, reason_of
from automl_magic.reasons.tried import is_about, trial_reason
from automl_magic.records import Column, DecisionKind, StepSpec, Trial


def trial(files: RunFiles, number: int) -> list[Section]:
    """Tell one trial: what became of it, its parameters and its folds, and where it came from."""
    found = next((trial for trial in files.trials if trial.number == number), None)
    if found is None:
        raise _no_trial(files, number)
    decided = tuple(
        decided_reason(files, one)
        for one in files.decided
        if is_about(one, DecisionKind.TRIAL, number)
    )
    return [
        Section(name="trials", title="The trial", reasons=(trial_reason(files, found),)),
        Section(name="details", title="How it was fitted", reasons=_details(files, found)),
        Section(name="order", title="Its candidate", reasons=_planned(files, found.candidate)),
        Section(name="decided", title="Decided on the way", reasons=decided),
    ]


def candidate(files: RunFiles, name: str) -> list[Section]:
    """Tell one candidate: why it was planned, or why not, and what became of its trials."""
    planned = _planned(files, name)
    tried = tuple(trial_reason(files, one) for one in files.trials if one.candidate == name)
    if not planned and not tried:
        raise _no_candidate(files, name)
    decided = tuple(
        decided_reason(files, one)
        for one in files.decided
        if is_about(one, DecisionKind.CANDIDATE, name) or files.candidate_of(one) == name
    )
    return [
        Section(name="order", title="The candidate", reasons=planned),
        Section(name="trials", title="Its trials, in order", reasons=tried),
        Section(name="decided", title="Decided on the way", reasons=decided),
    ]


def column(files: RunFiles, name: str) -> list[Section]:
    """Tell one column: how it was understood, whether it is used, and as what."""
    plan = files.plan
    if plan is None:
        raise RunError(
            f"Run {files.run.run_id} knows nothing of columns.",
            why="It keeps no plan, which is where columns are described.",
            fix=f"Look at the cells of {files.notebook} in {files.run.folder}.",
        )
    names = [column.name for column in plan.dataset.columns]
    if name not in names:
        close = near_miss(name, names)
        raise RunError(
            f"The table of run {files.run.run_id} has no column {name!r}.",
            why=f"It has {len(names)} columns: {shorten(names)}.",
            fix=f"Use --column {close!r}." if close else "Use one of these names with --column.",
        )
    found = plan.dataset.column(name)
    planned = [
        reason_of(files, one)
        for one in plan.decisions
        if (one.about is DecisionKind.COLUMN and one.name == name)
        or (one.about is DecisionKind.TASK and name == plan.experiment.target)
    ]
    noticed = [
        Reason(
            about=one.code,
            choice=one.title.rstrip("."),
            why=f"{one.detail} {one.fix}".strip(),
            evidence=one.evidence,
        )
        for one in plan.dataset.findings
        if name in (*one.columns, *one.drop)
    ]
    decided = [
        decided_reason(files, one)
        for one in files.decided
        if is_about(one, DecisionKind.COLUMN, name)
    ]
    return [
        Section(
            name="columns",
            title="The column",
            reasons=(_understood(found), *planned, *_used(files, name)),
        ),
        Section(name="noticed", title="Noticed in it", reasons=tuple(noticed)),
        Section(name="decided", title="Decided on the way", reasons=tuple(decided)),
    ]


def _details(files: RunFiles, found: Trial) -> tuple[Reason, ...]:
    link = files.link(found.cell_id or "search")
    reasons = [
        Reason(
            about="model",
            choice=f"{found.estimator} on the view {found.view}",
            why="",
            link=link,
            evidence={"params": dict(found.params)},
        )
    ]
    if found.fold_scores and found.score is not None:
        low, high = min(found.fold_scores), max(found.fold_scores)
        reasons.append(
            Reason(
                about="folds",
                choice=f"{low:.4g} to {high:.4g}",
                why=f"The {found.score.metric} of each of {len(found.fold_scores)} folds lies in "
                "between; the score of the trial is that of all their rows together.",
                link=link,
                evidence={"fold_scores": list(found.fold_scores)},
            )
        )
    if found.n_iterations is not None:
        stops = sorted(set(found.fold_iterations))
        where = f"{stops[0]}" if len(stops) == 1 else f"{stops[0]} to {stops[-1]}"
        reasons.append(
            Reason(
                about="rounds",
                choice=f"{found.n_iterations:,}",
                why=f"The folds stopped after {where}; a fit on all rows takes a few "
                "more, because it has more rows."
                if stops
                else "As many as its parameters ask for.",
                link=link,
                evidence={"fold_iterations": list(found.fold_iterations)},
            )
        )
    return tuple(reasons)


def _planned(files: RunFiles, name: str) -> tuple[Reason, ...]:
    """Tell why a candidate was planned, or why it was not."""
    if files.plan is None:
        cell_id = f"candidate-{name}"
        why, link = str(files.cells.get(cell_id, {}).get("why") or ""), files.link(cell_id)
        offered = Reason(
            about=DecisionKind.CANDIDATE, name=name, choice="offered", why=why, link=link
        )
        return (offered,) if why else ()
    for one in files.plan.candidates:
        if one.name == name:
            return (reason_of(files, one.decision),)
    for decision in files.plan.decisions:
        for rejected in decision.rejected if decision.about is DecisionKind.CANDIDATES else ():
            if rejected.startswith(f"{name}: "):
                return (
                    Reason(
                        about=DecisionKind.CANDIDATE,
                        name=name,
                        choice="not planned",
                        why=f"Its condition does not hold: {rejected.partition(': ')[2]}.",
                        link=files.cell_that_says(decision.why),
                        evidence=decision.evidence,
                    ),
                )
    return ()


def _understood(found: Column) -> Reason:
    return Reason(
        about=DecisionKind.COLUMN,
        name=found.name,
        choice=f"understood as {found.kind.value.replace('_', ' ')}",
        why=found.reason,
        evidence={
            "n_unique": found.n_unique,
            "n_missing": found.n_missing,
            "stored_as": found.stored_as,
            **found.parse,
        },
    )


def _used(files: RunFiles, name: str) -> list[Reason]:
    """Tell in which views the column is, and as what."""
    plan = files.plan
    assert plan is not None
    reasons = [
        Reason(
            about="view",
            name=view,
            choice=step.kind.replace("_", " "),
            why=_beside(step),
            link=files.link(f"view-{view}"),
            evidence={name: value for name, value in step.params.items() if value is not None},
        )
        for view, steps in plan.views.items()
        for step in steps
        if name in step.columns
    ]
    if not reasons and name != plan.experiment.target:
        reasons.append(Reason(about="views", choice="in none", why="No model sees this column."))
    return reasons


def _beside(step: StepSpec) -> str:
    others = len(step.columns) - 1
    return f"One step with {others} other column{'s' * (others != 1)}." if others else ""


def _no_trial(files: RunFiles, number: int) -> RunError:
    run_id, numbers = files.run.run_id, [trial.number for trial in files.trials]
    if not numbers:
        why = (
            "It ended before its first trial did."
            if files.is_search
            else f"It ran a notebook of the kind {files.run.kind!r}, and only a search has trials."
        )
        return RunError(f"Run {run_id} has no trials.", why=why, fix="Choose a run: automl runs")
    closest = min(numbers, key=lambda known: abs(known - number))
    return RunError(
        f"Run {run_id} has no trial {number}.",
        why=f"Its trials are numbered {min(numbers)} to {max(numbers)}.",
        fix=f"Use --trial {closest}, or look at all of them: automl leaderboard {run_id}",
    )


def _no_candidate(files: RunFiles, name: str) -> RunError:
    known = files.candidates
    close = near_miss(name, [*known, *_not_planned(files)])
    return RunError(
        f"Run {files.run.run_id} has no candidate {name!r}.",
        why=f"Its candidates are {shorten(known, 12)}." if known else "It searched nothing.",
        fix=f"Use --candidate {close}." if close else "Use one of these names with --candidate.",
    )


def _not_planned(files: RunFiles) -> Sequence[str]:
    decisions = files.plan.decisions if files.plan else ()
    return [
        rejected.partition(": ")[0]
        for decision in decisions
        if decision.about is DecisionKind.CANDIDATES
        for rejected in decision.rejected
    ]
