import threading
from pathlib import Path

import pytest

from automl_magic.errors import RunNotFound, TrackingError
from automl_magic.records import RunStatus, dumps
from automl_magic.track import MemoryTracker, TrackingRecorder, sync_tracking
from tests.waiting import wait_for


class TrackerThatForgets(MemoryTracker):
    """Fails on the first call that matters."""

    def log_trials(self, run_id, trials):
        raise TrackingError("The store is gone.", why="It was unplugged.", fix="Plug it in.")


class TrackerWithABug(MemoryTracker):
    def finish(self, run, *, artifacts, metrics):
        return {}["nothing"]


class TrackerThatHangs(MemoryTracker):
    def __init__(self):
        super().__init__()
        self.released = threading.Event()

    def prepare(self):
        self.released.wait(30)


def test_a_run_is_tracked_whole_when_it_closes(make_run):
    tracker, run = MemoryTracker(), make_run()
    recorder = TrackingRecorder(tracker, tags={"automl.note": "x"})
    recorder.on_event({"event": "run", "run_id": run.run_id})
    recorded = recorder.close(run)

    assert recorded.warning is None
    assert recorded.tracking_id == f"memory-{run.run_id}"
    tracked_run = tracker.get(run.run_id)
    assert (tracked_run.status, tracked_run.experiment_name) == (RunStatus.SUCCEEDED, "churn")
    assert tracked_run.params == {"threads": 2, "seed": 0, "budget_s": 60.0}
    assert tracked_run.tags["automl.note"] == "x"
    assert len(tracker.trials(run.run_id)) == 2


def test_trials_are_tracked_as_they_end(make_run, make_trial, still_running):
    tracker, run = MemoryTracker(), make_run(trials=[])
    recorder = TrackingRecorder(tracker, find_run=lambda run_id: still_running(run))
    recorder.on_event({"event": "run", "run_id": run.run_id})
    for number in range(3):
        with (Path(run.folder) / "trials.jsonl").open("a") as file:
            file.write(dumps(make_trial(number).to_json(), indent=None))
        recorder.on_event({"event": "trial", "number": number})
    wait_for(lambda: len(tracker.trials(run.run_id)) == 3, every_s=0.01)

    assert [trial.number for trial in tracker.trials(run.run_id)] == [0, 1, 2]
    assert recorder.close(run).warning is None


def test_a_tracking_failure_is_a_warning_and_the_run_is_mirrored_later(make_run):
    run = make_run()
    recorded = TrackingRecorder(TrackerThatForgets()).close(run)

    assert recorded.warning == (
        f"Run {run.run_id} is complete, but isn't tracked yet. The store is gone.\n"
        "  Why: It was unplugged.\n  Do:  Plug it in."
    )
    assert recorded.tracking_id is None
    assert sync_tracking([run], MemoryTracker()) == {run.run_id: f"memory-{run.run_id}"}


def test_even_a_bug_is_only_a_warning(make_run):
    run = make_run()
    recorded = TrackingRecorder(TrackerWithABug()).close(run)

    assert recorded.warning == (
        f"Run {run.run_id} is complete, but isn't tracked yet. KeyError('nothing')"
    )


def test_a_run_that_cannot_be_found_yet_is_tracked_at_its_end(make_run):
    def find_run(run_id):
        raise RunNotFound("No such run.", why="It is too early.", fix="Wait.")

    tracker, run = MemoryTracker(), make_run()
    recorder = TrackingRecorder(tracker, find_run=find_run)
    recorder.on_event({"event": "run", "run_id": run.run_id})

    assert recorder.close(run).warning is None
    assert tracker.get(run.run_id).status is RunStatus.SUCCEEDED


def test_a_store_that_does_not_answer_keeps_nobody_waiting(make_run):
    tracker, run = TrackerThatHangs(), make_run()
    recorded = TrackingRecorder(tracker).close(run, limit_s=0.2)
    tracker.released.set()

    assert recorded.warning == (
        f"The tracking store didn't respond within 0.2 s. Run {run.run_id} is complete and "
        "will be tracked later."
    )


def test_a_run_without_a_plan_belongs_to_the_notebooks(make_run):
    tracker, run = MemoryTracker(), make_run(plan={"dataset": {}})
    TrackingRecorder(tracker).close(run)

    assert tracker.get(run.run_id).experiment_name == "notebooks"


def test_only_ended_runs_are_mirrored(make_run, still_running):
    tracker = MemoryTracker()
    ended_run, running_run = make_run("ended"), still_running(make_run("running"))

    assert sync_tracking([running_run, ended_run], tracker) == {"ended": "memory-ended"}
    assert sync_tracking([running_run, ended_run], tracker) == {"ended": "memory-ended"}
    assert tracker.get("running") is None


@pytest.mark.parametrize("event", [{}, {"event": "trial"}, {"run_id": 3}])
def test_an_event_that_says_nothing_is_no_problem(make_run, event):
    recorder = TrackingRecorder(MemoryTracker())
    recorder.on_event(event)

    assert recorder.close(make_run()).warning is None
