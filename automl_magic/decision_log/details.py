"""Details of one trial, one candidate or one column of a run."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.decision_log.files import RunFiles
from automl_magic.decision_log.log import LogSection, Reason
from automl_magic.decision_log.plan import plan_reason, search_reason
from automl_magic.decision_log.trials import is_about, trial_reason
from automl_magic.errors import RunError, closest_match, shorten
from automl_magic.records import Column, DecisionKind, StepSpec, Trial


def trial_sections(files: RunFiles, number: int) -> list[LogSection]:
    """Return the outcome, parameters, folds, candidate and decisions of one trial."""
    trial = next((trial for trial in files.trials if trial.number == number), None)
    if trial is None:
        raise _no_trial_error(files, number)
    decisions = tuple(
        search_reason(files, decision)
        for decision in files.decisions
        if is_about(decision, DecisionKind.TRIAL, number)
    )
    return [
        LogSection(name="trials", title="Trial", reasons=(trial_reason(files, trial),)),
        LogSection(name="details", title="Fit", reasons=_details(files, trial)),
        LogSection(name="order", title="Candidate", reasons=_planned(files, trial.candidate)),
        LogSection(name="decided", title="Decisions during the search", reasons=decisions),
    ]


def candidate_sections(files: RunFiles, name: str) -> list[LogSection]:
    """Return why one candidate was planned or not, its trials and the decisions about them."""
    planned = _planned(files, name)
    trials = tuple(trial_reason(files, trial) for trial in files.trials if trial.candidate == name)
    if not planned and not trials:
        raise _no_candidate_error(files, name)
    decisions = tuple(
        search_reason(files, decision)
        for decision in files.decisions
        if is_about(decision, DecisionKind.CANDIDATE, name) or files.candidate_of(decision) == name
    )
    return [
        LogSection(name="order", title="Candidate", reasons=planned),
        LogSection(name="trials", title="Its trials, in order", reasons=trials),
        LogSection(name="decided", title="Decisions during the search", reasons=decisions),
    ]


def column_sections(files: RunFiles, name: str) -> list[LogSection]:
    """Return the kind of one column, the views that use it, and the findings about it."""
    plan = files.plan
    if plan is None:
        raise RunError(
            f"Run {files.run.run_id} has no information about columns.",
            why="It has no plan, and only a plan describes columns.",
            fix=f"Look at the cells of {files.notebook} in {files.run.folder}.",
        )
    names = [column.name for column in plan.dataset.columns]
    if name not in names:
        close = closest_match(name, names)
        raise RunError(
            f"The table of run {files.run.run_id} has no column {name!r}.",
            why=f"It has {len(names)} columns: {shorten(names)}.",
            fix=f"Use --column {close!r}." if close else "Use one of these names with --column.",
        )
    column = plan.dataset.column(name)
    planned = [
        plan_reason(files, decision)
        for decision in plan.decisions
        if (decision.about is DecisionKind.COLUMN and decision.name == name)
        or (decision.about is DecisionKind.TASK and name == plan.experiment.target)
    ]
    findings = [
        Reason(
            about=finding.code,
            choice=finding.title.rstrip("."),
            why=f"{finding.detail} {finding.fix}".strip(),
            evidence=finding.evidence,
        )
        for finding in plan.dataset.findings
        if name in (*finding.columns, *finding.drop)
    ]
    decisions = [
        search_reason(files, decision)
        for decision in files.decisions
        if is_about(decision, DecisionKind.COLUMN, name)
    ]
    return [
        LogSection(
            name="columns",
            title="Column",
            reasons=(_kind_reason(column), *planned, *_views(files, name)),
        ),
        LogSection(name="noticed", title="Data checks", reasons=tuple(findings)),
        LogSection(name="decided", title="Decisions during the search", reasons=tuple(decisions)),
    ]


def _details(files: RunFiles, trial: Trial) -> tuple[Reason, ...]:
    link = files.link(trial.cell_id or "search")
    reasons = [
        Reason(
            about="model",
            choice=f"{trial.estimator} on the view {trial.view}",
            why="",
            link=link,
            evidence={"params": dict(trial.params)},
        )
    ]
    if trial.fold_scores and trial.score is not None:
        low, high = min(trial.fold_scores), max(trial.fold_scores)
        reasons.append(
            Reason(
                about="folds",
                choice=f"{low:.4g} to {high:.4g}",
                why=f"The lowest and highest {trial.score.metric} of {len(trial.fold_scores)} "
                "folds. The score of the trial is computed on the rows of all folds together.",
                link=link,
                evidence={"fold_scores": list(trial.fold_scores)},
            )
        )
    if trial.n_iterations is not None:
        stops = sorted(set(trial.fold_iterations))
        stop_range = f"{stops[0]}" if len(stops) == 1 else f"{stops[0]} to {stops[-1]}"
        reasons.append(
            Reason(
                about="rounds",
                choice=f"{trial.n_iterations:,}",
                why=f"The folds stopped after {stop_range} rounds. A fit on all rows uses a few "
                "more because it has more rows."
                if stops
                else "Set by its parameters.",
                link=link,
                evidence={"fold_iterations": list(trial.fold_iterations)},
            )
        )
    return tuple(reasons)


def _planned(files: RunFiles, name: str) -> tuple[Reason, ...]:
    """Return why a candidate was planned, or why it wasn't."""
    if files.plan is None:
        cell_id = f"candidate-{name}"
        why, link = str(files.cells.get(cell_id, {}).get("why") or ""), files.link(cell_id)
        offered = Reason(
            about=DecisionKind.CANDIDATE, name=name, choice="offered", why=why, link=link
        )
        return (offered,) if why else ()
    for candidate in files.plan.candidates:
        if candidate.name == name:
            return (plan_reason(files, candidate.decision),)
    for decision in files.plan.decisions:
        for rejected in decision.rejected if decision.about is DecisionKind.CANDIDATES else ():
            if rejected.startswith(f"{name}: "):
                return (
                    Reason(
                        about=DecisionKind.CANDIDATE,
                        name=name,
                        choice="not planned",
                        why=f"Its condition isn't met: {rejected.partition(': ')[2]}.",
                        link=files.cell_with_reason(decision.why),
                        evidence=decision.evidence,
                    ),
                )
    return ()


def _kind_reason(column: Column) -> Reason:
    return Reason(
        about=DecisionKind.COLUMN,
        name=column.name,
        choice=f"kind {column.kind.value.replace('_', ' ')}",
        why=column.reason,
        evidence={
            "n_unique": column.n_unique,
            "n_missing": column.n_missing,
            "stored_as": column.stored_as,
            **column.parse,
        },
    )


def _views(files: RunFiles, name: str) -> list[Reason]:
    """Return the views that use a column, and the step that reads it in each."""
    plan = files.plan
    assert plan is not None
    reasons = [
        Reason(
            about="view",
            name=view,
            choice=step.kind.replace("_", " "),
            why=_shared_step(step),
            link=files.link(f"view-{view}"),
            evidence={name: value for name, value in step.params.items() if value is not None},
        )
        for view, steps in plan.views.items()
        for step in steps
        if name in step.columns
    ]
    if not reasons and name != plan.experiment.target:
        reasons.append(Reason(about="views", choice="none", why="No model uses this column."))
    return reasons


def _shared_step(step: StepSpec) -> str:
    n_others = len(step.columns) - 1
    return f"One step with {n_others} other column{'s' * (n_others != 1)}." if n_others else ""


def _no_trial_error(files: RunFiles, number: int) -> RunError:
    run_id, numbers = files.run.run_id, [trial.number for trial in files.trials]
    if not numbers:
        why = (
            "It ended before its first trial finished."
            if files.is_search
            else f"It ran a notebook of kind {files.run.kind!r}. Only searches have trials."
        )
        return RunError(f"Run {run_id} has no trials.", why=why, fix="Choose a run: automl runs")
    closest = min(numbers, key=lambda candidate: abs(candidate - number))
    return RunError(
        f"Run {run_id} has no trial {number}.",
        why=f"Its trials are numbered {min(numbers)} to {max(numbers)}.",
        fix=f"Use --trial {closest}, or list all trials: automl leaderboard {run_id}",
    )


def _no_candidate_error(files: RunFiles, name: str) -> RunError:
    names = files.candidates
    close = closest_match(name, [*names, *_not_planned(files)])
    return RunError(
        f"Run {files.run.run_id} has no candidate {name!r}.",
        why=f"Its candidates are {shorten(names, 12)}." if names else "It didn't run a search.",
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
