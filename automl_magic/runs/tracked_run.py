"""Execute a notebook as a supervised and tracked run."""

from __future__ import annotations

import time as clock
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from automl_magic.errors import AutomlMagicError, DataError, TrackingUnreachable
from automl_magic.files.notebook_json import code_digest, kind_of, read_notebook
from automl_magic.records import Plan, Run, RunStatus, digest_of
from automl_magic.runs.backends import open_run_store, open_tracker
from automl_magic.runs.outcome import OUTPUT_NAME, FinishedRun
from automl_magic.runs.plan_folder import find_plan, plan_files
from automl_magic.workspace.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.execute import RunLimits, RunStore

CATCH_UP_S = 5.0  # the time limit for tracking earlier runs
OnEvent: TypeAlias = Callable[[dict[str, object]], None]


class NotTracked(UserWarning):
    """The run is complete and stored, but it couldn't be written to the tracking store."""


def execute_tracked(
    notebook: Path,
    started: float,
    parameters: Mapping[str, object],
    on_event: OnEvent | None,
    workspace: Workspace,
    *,
    repeats: Run | None = None,
    about: Run | None = None,
) -> FinishedRun:
    """Execute a notebook as a new run in a workspace.

    Its plan is the one in its folder, or that of the run which it `repeats` or is `about`.
    """
    from automl_magic.execute import execute_notebook, raise_for_status
    from automl_magic.track import TrackingRecorder

    document = read_notebook(notebook)
    earlier = repeats or about
    plan_folder = Path(earlier.folder) if earlier else notebook.absolute().parent
    plan = find_plan(plan_folder)
    store = open_run_store(workspace)
    recorder: TrackingRecorder | None = None

    def record_event(event: dict[str, object]) -> None:
        nonlocal recorder
        # Created only once the run has started, so a rejected run leaves no tracking store behind.
        recorder = recorder or TrackingRecorder(open_tracker(workspace), find_run=store.get)
        recorder.on_event(event)
        if on_event:
            on_event(event)

    run = execute_notebook(
        notebook,
        store=store,
        kind=kind_of(document),
        parameters=dict(parameters),
        inputs=_inputs(document, plan, parameters),
        limits=_limits(plan),
        files=plan_files(plan_folder),
        on_event=record_event,
        rerun_of=repeats.run_id if repeats else None,
        lock_folder=plan_folder if plan and not earlier else None,
        environment=workspace.environment(),
    )
    recorder = recorder or TrackingRecorder(open_tracker(workspace), find_run=store.get)
    tracking = recorder.close(run)
    if tracking.warning is None:
        run = track_pending_runs(store, run, tracking.tracking_id, workspace)
    elif run.failure is None:
        warnings.warn(tracking.warning, NotTracked, stacklevel=3)
    if run.status is not RunStatus.CANCELLED:
        raise_for_status(run)
    return FinishedRun(
        run=run,
        wall_s=clock.monotonic() - started,
        notebook=Path(run.folder) / OUTPUT_NAME,
        experiment=plan.dataset.name if plan else None,
        model_uri=tracking.model_uri,
    )


def track_pending_runs(
    store: RunStore, finished_run: Run, tracking_id: str | None, workspace: Workspace
) -> Run:
    """Store the tracking ID of a run, and track earlier runs that haven't been tracked yet."""
    from automl_magic.track import sync_tracking

    started = clock.monotonic()
    if tracking_id:
        finished_run = store.set_tracking_id(finished_run.run_id, tracking_id)
    run_tracker = open_tracker(workspace)
    for run in store.list(limit=100):
        is_pending = run.status.is_end and run.tracking_id is None
        if not is_pending or run.run_id == finished_run.run_id:
            continue
        if clock.monotonic() - started > CATCH_UP_S:
            break
        try:
            for run_id, earlier_id in sync_tracking([run], run_tracker).items():
                store.set_tracking_id(run_id, earlier_id)
        except TrackingUnreachable:
            break
        except (AutomlMagicError, OSError, ValueError):
            # A run with missing or corrupt files mustn't fail the one that has just finished.
            continue
    return finished_run


def _inputs(
    document: Mapping[str, object], plan: Plan | None, parameters: Mapping[str, object]
) -> dict[str, object]:
    """Return the inputs that determine a run's numbers, for a rerun to compare."""
    from automl_magic.track import code_digest as library_digest
    from automl_magic.track import describe_environment

    compared = {name: value for name, value in parameters.items() if name != "replay"}
    return {
        "plan": plan.digest() if plan else None,
        "data": plan.dataset.fingerprint if plan else None,
        "notebook": code_digest(document),
        "code": library_digest(),
        "environment": describe_environment(),
        "threads": parameters.get("threads", plan.experiment.threads if plan else None),
        "parameters": digest_of(compared),
    }


def run_inputs(run: Run) -> dict[str, object]:
    """Return a run's inputs, with the fingerprint of the table that the notebook loaded."""
    loaded = run.result.get("data_fingerprint")
    return {**run.inputs, **({"data": loaded} if loaded else {})}


def data_change(run: Run) -> dict[str, object] | None:
    """Return the fingerprints of a run's table before and now, or None if they're equal."""
    from automl_magic.data.sources.registry import find_source

    plan = find_plan(Path(run.folder))
    if plan is None:
        return None
    before = run_inputs(run)["data"]
    try:
        dataset = plan.dataset
        after = find_source(dataset.source).fingerprint(dataset.source, missing=dataset.missing)
    except DataError as error:
        after = error.what
    return None if after == before else {"before": before, "after": after}


def _limits(plan: Plan | None) -> RunLimits:
    """Return the time limits for a search from its budget, or the defaults without a plan."""
    from automl_magic.execute import RunLimits

    if plan is None:
        return RunLimits()
    budget_s = plan.experiment.budget_s
    # The search keeps to its budget. These limits are for edited notebooks that don't.
    return RunLimits(run_s=4 * budget_s + 1800, cell_s=2 * budget_s + 600)
