"""Runs: the newest ones, one of them, and what happened in it since the last look."""

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
    """The newest runs, and how each goes or went."""

    auth_resource = "automl-magic:runs"

    @require_permission("read")
    async def get(self) -> None:
        limit = max(1, self.number("limit", DEFAULT_RUNS, MAX_RUNS))
        skip = self.number("skip", 0)
        self.finish(await run_in_thread(_page, limit, skip))


class RunHandler(ApiHandler):
    """One run with the trials that it has made so far."""

    auth_resource = "automl-magic:runs"

    @require_permission("read")
    async def get(self, run_id: str) -> None:
        self.finish(await run_in_thread(_one, run_id))


class EventsHandler(ApiHandler):
    """What a run has written to its journal since an offset in bytes."""

    auth_resource = "automl-magic:runs"

    @require_permission("read")
    async def get(self, run_id: str) -> None:
        offset = self.number("offset", 0)
        self.finish(await run_in_thread(_events, run_id, offset))


def _page(limit: int, skip: int) -> dict[str, Any]:
    from automl_magic import flow

    found = flow.runs(skip + limit + 1)
    shown = found[skip : skip + limit]
    explained = _explained()
    lines = tuple(RunSummary(**_summary(run, explained)) for run in shown)
    return RunPage(runs=lines, more=len(found) > skip + limit).to_json()


def _one(run_id: str) -> dict[str, Any]:
    from automl_magic import flow
    from automl_magic.track import read_trials

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
    advice = tuple(run.result.get("advice", ()))
    return RunDetail(**_summary(run, _explained()), trials=trials, advice=advice).to_json()


def _events(run_id: str, offset: int) -> dict[str, Any]:
    from automl_magic import flow

    run = flow.find_run(run_id)
    events, end = _read(Path(run.folder), offset)
    return Events(events=tuple(events), offset=end, status=run.status).to_json()


def _explained() -> set[str]:
    """Return the ids of the searches that have been explained, and of the runs that did so."""
    from automl_magic.records import RunStatus

    done = run_store(default_workspace()).list(kind="explain", status=RunStatus.SUCCEEDED)
    return {run.run_id for run in done} | {run.result.get("of_run", "") for run in done}


def _summary(run: Run, explained: set[str]) -> dict[str, Any]:
    """Return the fields of what a list shows of a run."""
    return {
        "run_id": run.run_id,
        "kind": run.kind,
        "status": run.status,
        "is_over": run.status.is_end,
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
        "has_model": any(kept.path == "recipe.json" for kept in run.artifacts),
        "has_leaderboard": any(kept.path == "leaderboard.json" for kept in run.artifacts),
        "is_explained": run.run_id in explained,
        "progress": None if run.status.is_end else _progress(Path(run.folder)),
    }


def _score(document: object) -> Score | None:
    """Return a score of a run; None where a notebook has written something else there."""
    with contextlib.suppress(RecordProblem):
        return None if document is None else Score.from_json(document)
    return None


def _name(run: Run) -> str:
    """Return what a run is called: the folder of the notebook that it, or what it follows, ran."""
    from automl_magic.errors import RunNotFound

    store = run_store(default_workspace())
    with contextlib.suppress(RunNotFound):
        while (earlier := followed_run_id(run)) is not None:
            run = store.get(earlier)
    return Path(run.notebook).parent.name


def _progress(folder: Path) -> Progress:
    """Return how far a run is that has not ended."""
    from automl_magic.cli import progress as told

    progress = told.Progress()
    offset = 0
    while True:
        events, end = _read(folder, offset)
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


def _read(folder: Path, offset: int) -> tuple[list[dict[str, Any]], int]:
    """Return the whole lines of a journal behind an offset, and the offset behind them."""
    from automl_magic.execute.journal import EVENTS_NAME

    try:
        with (folder / EVENTS_NAME).open("rb") as file:
            file.seek(offset)
            data = file.read(MAX_READ_BYTES)
    except OSError:
        return [], offset
    whole, newline, _ = data.rpartition(b"\n")
    return list(_parsed(whole)), offset + len(whole) + len(newline)


def _parsed(data: bytes) -> Iterator[dict[str, Any]]:
    # A notebook may write into its journal: what is no event is passed over.
    for line in data.split(b"\n"):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            yield event
