"""Build the account of a run: the result, the task, the trials and the model."""

from __future__ import annotations

from automl_magic.reasons import asked_for, question, result, tried
from automl_magic.reasons.account import Account, Section
from automl_magic.reasons.files import RunFiles
from automl_magic.records import Run, RunStatus


def account_of(
    run: Run,
    *,
    trial: int | None = None,
    candidate: str | None = None,
    column: str | None = None,
) -> Account:
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
        limited_to, sections = f"trial {trial}", asked_for.trial(files, trial)
    elif candidate is not None:
        limited_to, sections = f"candidate {candidate}", asked_for.candidate(files, candidate)
    elif column is not None:
        limited_to, sections = f"column {column}", asked_for.column(files, column)
    return Account(
        run_id=run.run_id,
        status=run.status.value,
        folder=run.folder,
        notebook=files.notebook,
        asked=limited_to,
        advice=result.advice(files),
        sections=tuple(section for section in sections if section.reasons),
        missing=_missing(files) if limited_to is None else (),
    )


def _all_sections(files: RunFiles) -> list[Section]:
    return [
        Section(name="result", title="Result", reasons=result.came_out(files)),
        Section(name="question", title="Task and settings", reasons=question.question(files)),
        Section(name="columns", title="Excluded columns", reasons=question.left_out(files)),
        Section(name="noticed", title="Data checks", reasons=question.noticed(files)),
        Section(name="order", title="Planned candidates", reasons=tried.order(files)),
        Section(name="trials", title="Trials, in order", reasons=tried.trials(files)),
        Section(name="decided", title="Decisions during the search", reasons=tried.decided(files)),
        Section(name="model", title="Model", reasons=result.model(files)),
        Section(name="end", title="End of the run", reasons=result.ending(files)),
    ]


def _missing(files: RunFiles) -> tuple[str, ...]:
    """List the parts of the account that the run didn't record."""
    run, missing = files.run, []
    if not files.is_search:
        return (f"The run executed a notebook of kind {run.kind!r}, not a search.",)
    if files.plan is None:
        missing.append("The run has no plan. The reasons come from the metadata of its cells.")
    if not files.trials:
        missing.append("No trial was recorded: the run ended before its first trial finished.")
    if files.trials and not files.decided and not run.result.get("replayed"):
        missing.append("The search recorded no decisions while it ran.")
    if files.leaderboard is None:
        status = "hasn't finished" if not run.status.is_end else f"ended as {run.status.value}"
        when = "" if not run.status.is_end else " before its last cell"
        missing.append(f"There is no model to explain: the run {status}{when}.")
    elif run.status is not RunStatus.SUCCEEDED:
        missing.append(f"The run ended as {run.status.value}. Its files may be incomplete.")
    return tuple(missing)
