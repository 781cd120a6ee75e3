"""sync_tracking: update the tracking store from the run store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from automl_magic.records import Run
from automl_magic.track.tracker import Tracker, metrics_of, params_of, read_plan, read_trials

NO_PLAN = "notebooks"


def experiment_of(run: Run) -> str:
    """Return the experiment of a run: the name of its table, or `notebooks`."""
    name = read_plan(Path(run.folder)).get("dataset", {}).get("name")
    return name if isinstance(name, str) and name else NO_PLAN


def sync_tracking(
    runs: Iterable[Run],
    tracker: Tracker,
    *,
    experiment_name: Callable[[Run], str] = experiment_of,
) -> dict[str, str]:
    """Track all ended runs that aren't in the tracking store or aren't complete there.

    Trials, files and status are written. Active runs are tracked by their supervisors. Runs in the
    tracking store that aren't in `runs` aren't changed: they can be from another machine.

    Returns
    -------
    dict
        Tracking ids of the ended runs by run id.
    """
    ids = {}
    for run in runs:
        if not run.status.is_end:
            continue
        tracked_run = tracker.get(run.run_id)
        if tracked_run is not None and tracked_run.status.is_end:
            ids[run.run_id] = tracked_run.tracking_id
        else:
            ids[run.run_id] = _write(run, tracker, experiment_name(run))
    return ids


def _write(run: Run, tracker: Tracker, experiment_name: str) -> str:
    folder = Path(run.folder)
    tracking_id = tracker.begin(
        run, experiment_name=experiment_name, params=params_of(run), tags={}
    )
    tracker.log_trials(run.run_id, read_trials(folder))
    tracker.finish(run, artifacts=folder, metrics=metrics_of(run))
    return tracking_id
