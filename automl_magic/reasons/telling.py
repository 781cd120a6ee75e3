"""The account of a run in its order: what came out, the question, what was tried, the model."""

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
    """Tell why a run did what it did, or all about one of its trials, candidates or columns.

    Raises
    ------
    ArtifactTampered
        If a file is not what the run wrote.
    RunError
        If the run has no such trial, candidate or column; the near miss is offered.
    """
    files = RunFiles.of(run)
    asked, sections = None, _whole(files)
    if trial is not None:
        asked, sections = f"trial {trial}", asked_for.trial(files, trial)
    elif candidate is not None:
        asked, sections = f"candidate {candidate}", asked_for.candidate(files, candidate)
    elif column is not None:
        asked, sections = f"column {column}", asked_for.column(files, column)
    return Account(
        run_id=run.run_id,
        status=run.status.value,
        folder=run.folder,
        notebook=files.notebook,
        asked=asked,
        advice=result.advice(files),
        sections=tuple(section for section in sections if section.reasons),
        missing=_missing(files) if asked is None else (),
    )


def _whole(files: RunFiles) -> list[Section]:
    return [
        Section(name="result", title="What came out", reasons=result.came_out(files)),
        Section(name="question", title="The question", reasons=question.question(files)),
        Section(name="columns", title="Columns left out", reasons=question.left_out(files)),
        Section(name="noticed", title="Noticed in the data", reasons=question.noticed(files)),
        Section(name="order", title="What was to be tried", reasons=tried.order(files)),
        Section(name="trials", title="What was tried, in order", reasons=tried.trials(files)),
        Section(name="decided", title="Decided on the way", reasons=tried.decided(files)),
        Section(name="model", title="The model", reasons=result.model(files)),
        Section(name="end", title="How it ended", reasons=result.ending(files)),
    ]


def _missing(files: RunFiles) -> tuple[str, ...]:
    """Say which part of the story nobody wrote down."""
    run, missing = files.run, []
    if not files.is_search:
        return (f"The run executed a notebook of the kind {run.kind!r}: nothing was searched.",)
    if files.plan is None:
        missing.append("The run keeps no plan; what its cells say of themselves is told instead.")
    if not files.trials:
        missing.append("No trial was written down: the run ended before its first one did.")
    if files.trials and not files.decided and not run.result.get("replayed"):
        missing.append("The search wrote down no decision of its own while it ran.")
    if files.leaderboard is None:
        ended = "is not over" if not run.status.is_end else f"ended as {run.status.value}"
        missing.append(f"There is no model to explain: the run {ended} before its last cell.")
    elif run.status is not RunStatus.SUCCEEDED:
        missing.append(f"The run ended as {run.status.value}; its files are told as they are.")
    return tuple(missing)
