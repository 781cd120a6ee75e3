"""Runs: the newest runs, one run with its trials, and its new events."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from automl_magic.records import Run
from automl_magic.records.codec import RecordProblem
from automl_magic.records.runs.score import Score
from automl_magic.runs.backends import run_store
from automl_magic.workspace import default_workspace
from automl_magic_lab.follow_up import followed_run_id
from automl_magic_lab.handlers import ApiHandler, require_permission
from automl_magic_lab.responses import (
    Events,
    Progress,
    RunDetail,
    RunPage,
    RunSummary,
    TrialSummary,
)
from automl_magic_lab.threads import run_in_thread

MAX_RUNS, DEFAULT_RUNS = 200, 30
MAX_READ_BYTES = 1 << 20


class RunsHandler(ApiHandler):
    """The newest runs, with their status and progress."""

    auth_resource = "automl-magic:runs"

    @require_permission("read")
    async def get(self) -> None:
        limit = max(1, self.number("limit", DEFAULT_RUNS, MAX_RUNS))
        skip = self.number("skip", 0)
        self.finish(await run_in_thread(_page, limit, skip))


class RunHandler(ApiHandler):
    """One run with its trials so far."""

    auth_resource = "automl-magic:runs"

    @require_permission("read")
    async def get(self, run_id: str) -> None:
        self.finish(await run_in_thread(_detail, run_id))


class EventsHandler(ApiHandler):
    """The events in a run's journal from an offset in bytes."""

    auth_resource = "automl-magic:runs"

    @require_permission("read")
    async def get(self, run_id: str) -> None:
        offset = self.number("offset", 0)
        self.finish(await run_in_thread(_events, run_id, offset))


def _page(limit: int, skip: int) -> dict[str, Any]:
    from automl_magic import flow

    runs = flow.runs(skip + limit + 1)
    page = runs[skip : skip + limit]
    explained_ids = _explained_ids()
    summaries = tuple(RunSummary(**_summary(run, explained_ids)) for run in page)
    return RunPage(runs=summaries, more=len(runs) > skip + limit).to_json()


def _detail(run_id: str) -> dict[str, Any]:
    from automl_magic import flow
    from automl_magic.track import read_trials, search_end

    run = flow.find_run(run_id)
    trials = tuple(
        TrialSummary(
            number=trial.number,
            candidate=trial.candidate,
            state=trial.state,
            score=trial.score.score if trial.score else None,
            fit_s=trial.fit_s,
            reason=trial.reason,
        )
        for trial in read_trials(Path(run.folder))
    )
    end = search_end(run)
    advice = (*(end.sentences if end is not None else ()), *run.result.get("advice", ()))
    return RunDetail(**_summary(run, _explained_ids()), trials=trials, advice=advice).to_json()


def _events(run_id: str, offset: int) -> dict[str, Any]:
    from automl_magic import flow

    run = flow.find_run(run_id)
    events, end = _read_events(Path(run.folder), offset)
    return Events(events=tuple(events), offset=end, status=run.status).to_json()


def _explained_ids() -> set[str]:
    """Return the ids of all explained searches and of the runs that explained them."""
    from automl_magic.records import RunStatus

    runs = run_store(default_workspace()).list(kind="explain", status=RunStatus.SUCCEEDED)
    return {run.run_id for run in runs} | {run.result.get("of_run", "") for run in runs}


def _summary(run: Run, explained_ids: set[str]) -> dict[str, Any]:
    """Return the fields of a `RunSummary`."""
    return {
        "run_id": run.run_id,
        "kind": run.kind,
        "status": run.status,
        "is_over": run.status.is_end,
        "was_stopped_early": run.was_stopped_early,
        "name": _name(run),
        "notebook": Path(run.notebook).name,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "rerun_of": run.rerun_of,
        "best": run.result.get("best"),
        "score": _score(run.result.get("holdout") or run.result.get("cv")),
        "is_holdout": bool(run.result.get("holdout")),
        "n_trials": run.result.get("n_trials"),
        "failure": run.failure.message if run.failure else None,
        "has_model": any(artifact.path == "recipe.json" for artifact in run.artifacts),
        "has_leaderboard": any(artifact.path == "leaderboard.json" for artifact in run.artifacts),
        "is_explained": run.run_id in explained_ids,
        "progress": None if run.status.is_end else _progress(Path(run.folder)),
    }


def _score(document: object) -> Score | None:
    """Return a score of a run, or None if the notebook recorded something else."""
    with contextlib.suppress(RecordProblem):
        return None if document is None else Score.from_json(document)
    return None


def _name(run: Run) -> str:
    """Return the name of a run: the folder of its notebook, or of the run that it follows."""
    from automl_magic.errors import RunNotFound

    store = run_store(default_workspace())
    with contextlib.suppress(RunNotFound):
        while (earlier := followed_run_id(run)) is not None:
            run = store.get(earlier)
    return Path(run.notebook).parent.name


def _progress(folder: Path) -> Progress:
    """Return the progress of a running run."""
    from automl_magic.cli.progress import Progress as EventProgress

    progress = EventProgress()
    offset = 0
    while True:
        events, end = _read_events(folder, offset)
        for event in events:
            progress.update(event)
        if end == offset:
            break
        offset = end
    return Progress(
        cells_done=progress.cells_done,
        n_cells=progress.n_cells,
        trials=progress.trials_done,
        best=progress.best,
        left_s=progress.left_s,
    )


def _read_events(folder: Path, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Return the events of the complete journal lines from an offset, and the offset after them."""
    from automl_magic.execute.journal import EVENTS_NAME

    try:
        with (folder / EVENTS_NAME).open("rb") as file:
            file.seek(offset)
            data = file.read(MAX_READ_BYTES)
    except OSError:
        return [], offset
    lines, newline, _ = data.rpartition(b"\n")
    return list(_parse_events(lines)), offset + len(lines) + len(newline)


def _parse_events(data: bytes) -> Iterator[dict[str, Any]]:
    # Notebook code can write to the journal, so lines that aren't events are skipped.
    for line in data.split(b"\n"):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            yield event
