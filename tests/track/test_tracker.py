"""One contract for every tracker."""

import dataclasses
from pathlib import Path

import pytest

from automl_magic.errors import IllegalTransition, TrackingError
from automl_magic.records import Failure, FailureKind, RunStatus, TrialState
from automl_magic.track import MemoryTracker, MlflowTracker
from automl_magic.track.tracker import metrics_of, params_of, read_trials
from automl_magic.workspace.workspace import Tracking

HOSTILE = [
    "'; DROP TABLE runs; --",
    "line\nbreak",
    "nul\0",
    "\ud800",
    "🎉",
    "\u05d0\u202eb",
    "x" * 10_000,
]


class TrackerContract:
    """What any tracker must do. Subclass it and give a `tracker` fixture."""

    def begin(self, tracker, run, **params):
        return tracker.begin(
            run, experiment_name="churn", params=params or {"seed": 0}, tags={"automl.note": "x"}
        )

    def track(self, tracker, run):
        self.begin(tracker, run)
        tracker.log_trials(run.run_id, read_trials(Path(run.folder)))
        tracker.finish(run, artifacts=Path(run.folder), metrics=metrics_of(run))

    def test_a_run_that_began_is_running(self, tracker, make_run, still_running):
        run = still_running(make_run())
        tracking_id = self.begin(tracker, run, seed=0, budget_s=60.0)

        tracked_run = tracker.get(run.run_id)
        assert (tracked_run.tracking_id, tracked_run.run_id) == (tracking_id, run.run_id)
        assert (tracked_run.experiment_name, tracked_run.status) == ("churn", RunStatus.RUNNING)
        assert tracked_run.params == {"seed": 0, "budget_s": 60.0}
        assert tracked_run.tags["automl.note"] == "x"
        assert tracked_run.tags["automl.data_fingerprint"] == "sha256:bb"

    def test_an_unknown_run_is_none(self, tracker):
        assert tracker.get("nobody") is None
        assert tracker.get("it's") is None
        assert tracker.trials("nobody") == ()
        assert tracker.leaderboard("nobody") is None

    def test_beginning_twice_makes_one_run(self, tracker, make_run):
        run = make_run()

        assert self.begin(tracker, run) == self.begin(tracker, run)

    def test_trials_come_back_by_their_number(self, tracker, make_run, make_trial):
        run = make_run()
        self.begin(tracker, run)
        trials = [make_trial(n, 0.5 + n / 10) for n in range(4)]
        tracker.log_trials(run.run_id, trials[2:])
        tracker.log_trials(run.run_id, trials[:2])

        assert tracker.trials(run.run_id) == tuple(trials)

    def test_a_trial_is_logged_once(self, tracker, make_run, make_trial):
        run = make_run()
        self.begin(tracker, run)
        tracker.log_trials(run.run_id, [make_trial(0), make_trial(1)])
        tracker.log_trials(run.run_id, [make_trial(1), make_trial(2)])

        assert [trial.number for trial in tracker.trials(run.run_id)] == [0, 1, 2]

    def test_failed_and_pruned_trials_are_kept_as_such(self, tracker, make_run, make_trial):
        run = make_run()
        self.begin(tracker, run)
        trials = (
            make_trial(0, None, state=TrialState.FAIL, reason="ValueError: no"),
            make_trial(1, state=TrialState.PRUNED),
        )
        tracker.log_trials(run.run_id, trials)

        assert tracker.trials(run.run_id) == trials

    def test_hostile_names_and_values_survive(self, tracker, make_run, make_trial):
        run = make_run()
        params = {text: text for text in HOSTILE} | {"": None, ".": 1, "a/../b": [1, {"k": "v"}]}
        self.begin(tracker, run, **params)
        trial = make_trial(0, candidate=HOSTILE[0], params=params, reason="".join(HOSTILE))
        tracker.log_trials(run.run_id, [trial])

        assert tracker.get(run.run_id).params == params
        assert tracker.trials(run.run_id) == (trial,)

    def test_finishing_keeps_the_files_of_the_folder(self, tracker, make_run):
        run = make_run()
        folder = Path(run.folder)
        (folder / "plots").mkdir()
        (folder / "plots" / "roc.json").write_text("{}")
        (folder / ".lock").touch()
        (folder / "passwords").symlink_to("/etc/passwd")
        self.track(tracker, run)

        assert tracker.get(run.run_id).artifacts == (
            "input.ipynb",
            "leaderboard.json",
            "output.ipynb",
            "plan.json",
            "plots/roc.json",
            "trials.jsonl",
        )
        assert tracker.leaderboard(run.run_id).metric == "accuracy"

    @pytest.mark.parametrize(
        "status",
        [RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.LOST],
    )
    def test_a_finished_run_has_the_end_that_our_store_says(self, tracker, make_run, status):
        failure = Failure(kind=FailureKind.DIED, message="kernel died")
        run = make_run(status=status, failure=failure)
        self.track(tracker, run)

        tracked_run = tracker.get(run.run_id)
        assert tracked_run.status is status
        assert tracked_run.metrics == {
            "cv_accuracy": 0.9,
            "cv_accuracy_low": 0.85,
            "cv_accuracy_high": 0.95,
            "n_trials": 2.0,
            "wall_s": 30.0,
        }

    def test_a_run_that_goes_on_cannot_be_finished(self, tracker, make_run, still_running):
        run = still_running(make_run())
        self.begin(tracker, run)
        with pytest.raises(IllegalTransition, match="running, so it hasn't ended") as caught:
            tracker.finish(run, artifacts=None, metrics={})
        assert caught.value.fix == "Wait until it ends, or stop it with Ctrl-C."

    def test_finishing_twice_changes_nothing(self, tracker, make_run):
        run = make_run()
        self.track(tracker, run)
        before = tracker.get(run.run_id), tracker.trials(run.run_id)
        self.track(tracker, dataclasses.replace(run, status=RunStatus.FAILED))

        assert (tracker.get(run.run_id), tracker.trials(run.run_id)) == before

    def test_a_run_whose_folder_is_gone_still_ends(self, tracker, make_run, tmp_path):
        run = make_run(status=RunStatus.LOST)
        self.begin(tracker, run)
        tracker.finish(run, artifacts=tmp_path / "gone", metrics={})

        assert tracker.get(run.run_id).status is RunStatus.LOST

    def test_trials_of_a_run_that_never_began_are_refused(self, tracker, make_trial):
        with pytest.raises(TrackingError, match="hasn't been started") as caught:
            tracker.log_trials("nobody", [make_trial(0)])
        assert caught.value.fix == "Start tracking it first, or mirror it."


class TestMemoryTracker(TrackerContract):
    @pytest.fixture
    def tracker(self):
        return MemoryTracker()


class TestMlflowTracker(TrackerContract):
    @pytest.fixture
    def tracker(self, database):
        return MlflowTracker(Tracking(database, Path("/nobody")))


def test_a_half_written_last_trial_is_left_out(tmp_path, make_trial):
    from automl_magic.records import dumps

    line = dumps(make_trial(0, reason="a\u2028b").to_json(), indent=None)
    (tmp_path / "trials.jsonl").write_text(line + line[:40])

    assert read_trials(tmp_path) == (make_trial(0, reason="a\u2028b"),)


def test_threads_are_a_parameter_of_the_run(make_run):
    assert params_of(make_run()) == {"threads": 2, "seed": 0, "budget_s": 60.0}
