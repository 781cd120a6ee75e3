"""From a notebook to a run in the store: staged, supervised, tracked."""

from __future__ import annotations

import contextlib
import time as clock
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from automl_magic.errors import AutomlMagicError, DataError
from automl_magic.files.notebook_json import code_digest, kind_of, read_notebook
from automl_magic.records import Plan, Run, RunStatus, digest_of
from automl_magic.runs.opened import open_store, tracker
from automl_magic.runs.outcome import OUTPUT_NAME, Outcome
from automl_magic.runs.plan_folder import plan_files, plan_in
from automl_magic.workspace.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.execute import Limits, RunStore

CATCH_UP_S = 5.0  # the time that earlier runs may take to be tracked
OnEvent: TypeAlias = Callable[[dict[str, Any]], None]


class NotTracked(UserWarning):
    """The run is complete and kept, but the tracking store could not be written."""


def execute(
    notebook: Path,
    started: float,
    parameters: Mapping[str, Any],
    on_event: OnEvent | None,
    workspace: Workspace,
    *,
    repeats: Run | None = None,
    about: Run | None = None,
) -> Outcome:
    """Execute a notebook as a run of its own in a workspace, which its processes are told of.

    Its plan is the one beside it, or that of the run which it `repeats` or is `about`.
    """
    from automl_magic.execute import execute_notebook, raise_for
    from automl_magic.track import TrackingRecorder

    document = read_notebook(notebook)
    earlier = repeats or about
    beside = Path(earlier.folder) if earlier else notebook.absolute().parent
    made = plan_in(beside)
    store = open_store(workspace)
    recorder: TrackingRecorder | None = None

    def heard(event: dict[str, Any]) -> None:
        nonlocal recorder
        # Not before the run has begun: what is refused must leave no tracking store behind.
        recorder = recorder or TrackingRecorder(tracker(workspace), find_run=store.get)
        recorder.on_event(event)
        if on_event:
            on_event(event)

    ended = execute_notebook(
        notebook,
        store=store,
        kind=kind_of(document),
        parameters=dict(parameters),
        inputs=_inputs(document, made, parameters),
        limits=_limits(made),
        files=plan_files(beside),
        on_event=heard,
        rerun_of=repeats.run_id if repeats else None,
        lock_folder=beside if made and not earlier else None,
        environment=workspace.environment(),
    )
    recorder = recorder or TrackingRecorder(tracker(workspace), find_run=store.get)
    recorded = recorder.close(ended)
    if recorded.warning is None:
        ended = track_what_is_left(store, ended, recorded.tracking_id, workspace)
    elif ended.failure is None:
        warnings.warn(recorded.warning, NotTracked, stacklevel=3)
    if ended.status is not RunStatus.CANCELLED:
        raise_for(ended)
    return Outcome(
        run=ended,
        wall_s=clock.monotonic() - started,
        notebook=Path(ended.folder) / OUTPUT_NAME,
        experiment=made.dataset.name if made else None,
        model_uri=recorded.model_uri,
    )


def track_what_is_left(
    store: RunStore, ended: Run, tracking_id: str | None, workspace: Workspace
) -> Run:
    """Note where a run is tracked, and track earlier runs that could not be at their time."""
    from automl_magic.track import mirror

    started = clock.monotonic()
    if tracking_id:
        ended = store.set_tracking_id(ended.run_id, tracking_id)
    books = tracker(workspace)
    for run in store.list(limit=100):
        if not run.status.is_end or run.tracking_id is not None or run.run_id == ended.run_id:
            continue
        if clock.monotonic() - started > CATCH_UP_S:
            break
        # A run whose files are gone or broken must not fail the one that has just ended.
        with contextlib.suppress(AutomlMagicError, OSError, ValueError):
            for run_id, known in mirror([run], books).items():
                store.set_tracking_id(run_id, known)
    return ended


def _inputs(
    document: Mapping[str, Any], made: Plan | None, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what decides a run's numbers, for a rerun to compare."""
    from automl_magic.track import code_digest as library_digest
    from automl_magic.track import environment

    asked_for = {name: value for name, value in parameters.items() if name != "replay"}
    return {
        "plan": made.digest() if made else None,
        "data": made.dataset.fingerprint if made else None,
        "notebook": code_digest(document),
        "code": library_digest(),
        "environment": environment(),
        "threads": parameters.get("threads", made.experiment.threads if made else None),
        "parameters": digest_of(asked_for),
    }


def inputs_of(run: Run) -> dict[str, Any]:
    """Return a run's inputs, with the fingerprint of the table that the notebook really loaded."""
    loaded = run.result.get("data_fingerprint")
    return {**run.inputs, **({"data": loaded} if loaded else {})}


def data_change(run: Run) -> dict[str, Any] | None:
    """Return the fingerprint of a run's table then and now, or None where they are the same."""
    from automl_magic.data.sources.registry import find

    made = plan_in(Path(run.folder))
    if made is None:
        return None
    before = inputs_of(run)["data"]
    try:
        after = find(made.dataset.source).fingerprint(made.dataset.source)
    except DataError as error:
        after = error.what
    return None if after == before else {"before": before, "after": after}


def _limits(made: Plan | None) -> Limits:
    """Give the cells of a search their share of the budget, and any other notebook a day."""
    from automl_magic.execute import Limits

    if made is None:
        return Limits()
    budget_s = made.experiment.budget_s
    # The engine keeps to the budget by itself; these are for an engine, or an edit, that does not.
    return Limits(run_s=4 * budget_s + 1800, cell_s=2 * budget_s + 600)
