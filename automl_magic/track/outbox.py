"""mirror: bring the tracking store up to what our own store of runs says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from automl_magic.records import Run
from automl_magic.track.tracker import Tracker, metrics_of, params_of, read_plan, read_trials

NO_PLAN = "notebooks"


def experiment_of(run: Run) -> str:
    """Return the experiment that a run belongs to: its table's name, or `notebooks`."""
    name = read_plan(Path(run.folder)).get("dataset", {}).get("name")
    return name if isinstance(name, str) and name else NO_PLAN


def mirror(
    runs: Iterable[Run],
    tracker: Tracker,
    *,
    experiment_name: Callable[[Run], str] = experiment_of,
) -> dict[str, str]:
    """Track every ended run that is missing or unfinished; return their tracking ids by run id.

    A run that was killed, or whose tracking failed, is written whole: its trials, its files, its
    end. A run that is still going on is left to its supervisor, and so is a run of the tracking
    store that `runs` does not name: it may be another machine's.
    """
    ids = {}
    for run in runs:
        if not run.status.is_end:
            continue
        known = tracker.get(run.run_id)
        if known is not None and known.status.is_end:
            ids[run.run_id] = known.tracking_id
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
