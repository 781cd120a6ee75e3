"""Build the decision log of a run: the result, the task, the trials and the model."""

from __future__ import annotations

from automl_magic.decision_log import details, plan, result, trials
from automl_magic.decision_log.files import RunFiles
from automl_magic.decision_log.log import DecisionLog, LogSection
from automl_magic.records import Run, RunStatus


def build_decision_log(
    run: Run,
    *,
    trial: int | None = None,
    candidate: str | None = None,
    column: str | None = None,
) -> DecisionLog:
    """Explain a run, or one of its trials, candidates or columns.

    Raises
    ------
    ArtifactTampered
        If a file isn't what the run wrote.
    RunError
        If the run has no such trial, candidate or column. Suggests the closest match.
    """
    files = RunFiles.of(run)
    limited_to, sections = None, _all_sections(files)
    if trial is not None:
        limited_to, sections = f"trial {trial}", details.trial_sections(files, trial)
    elif candidate is not None:
        limited_to, sections = (
            f"candidate {candidate}",
            details.candidate_sections(files, candidate),
        )
    elif column is not None:
        limited_to, sections = f"column {column}", details.column_sections(files, column)
    return DecisionLog(
        run_id=run.run_id,
        status=run.status.value,
        was_stopped_early=run.was_stopped_early,
        folder=run.folder,
        notebook=files.notebook,
        limited_to=limited_to,
        advice=result.advice(files),
        sections=tuple(section for section in sections if section.reasons),
        missing=_missing(files) if limited_to is None else (),
    )


def _all_sections(files: RunFiles) -> list[LogSection]:
    return [
        LogSection(name="result", title="Result", reasons=result.score_reasons(files)),
        LogSection(name="question", title="Task and settings", reasons=plan.plan_reasons(files)),
        LogSection(name="columns", title="Excluded columns", reasons=plan.excluded_columns(files)),
        LogSection(name="noticed", title="Data checks", reasons=plan.data_findings(files)),
        LogSection(name="order", title="Planned candidates", reasons=trials.order_reasons(files)),
        LogSection(name="trials", title="Trials, in order", reasons=trials.trial_reasons(files)),
        LogSection(
            name="decided",
            title="Decisions during the search",
            reasons=trials.search_decisions(files),
        ),
        LogSection(name="model", title="Model", reasons=result.model_reasons(files)),
        LogSection(name="end", title="End of the run", reasons=result.end_reasons(files)),
    ]


def _missing(files: RunFiles) -> tuple[str, ...]:
    """List the parts of the log that the run didn't record."""
    run, missing = files.run, []
    if not files.is_search:
        return (f"The run executed a notebook of kind {run.kind!r}, not a search.",)
    if files.plan is None:
        missing.append("The run has no plan. The reasons come from the metadata of its cells.")
    if not files.trials:
        missing.append("No trial was recorded: the run ended before its first trial finished.")
    if files.trials and not files.decisions and not run.result.get("replayed"):
        missing.append("The search recorded no decisions while it ran.")
    if files.leaderboard is None:
        status = (
            "hasn't finished"
            if not run.status.is_end
            else f"ended with the status {run.status.value}"
        )
        when = "" if not run.status.is_end else " before its last cell"
        missing.append(f"There is no model to explain: the run {status}{when}.")
    elif run.status is not RunStatus.SUCCEEDED:
        missing.append(
            f"The run ended with the status {run.status.value}, so its files may be incomplete."
        )
    return tuple(missing)
