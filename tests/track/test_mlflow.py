"""What MLflow itself shows of our runs, and what happens when it or we fail."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from automl_magic.errors import TrackingError
from automl_magic.records import RunStatus, TrialState
from automl_magic.track import MlflowTracker, sync_tracking
from automl_magic.workspace import default_workspace
from automl_magic.workspace.workspace import Tracking


@pytest.fixture
def tracker(database):
    return MlflowTracker(Tracking(database, Path("/nobody")))


@pytest.fixture
def client(database):
    from mlflow.tracking import MlflowClient

    return MlflowClient(database, database)


def all_runs(client):
    ids = [experiment.experiment_id for experiment in client.search_experiments()]
    return client.search_runs(ids)


def test_trials_are_nested_runs_of_one_run(tracker, client, make_run, make_trial):
    trials = [
        make_trial(0, 0.8),
        make_trial(1, None, state=TrialState.FAIL),
        make_trial(2, state=TrialState.PRUNED),
    ]
    run = make_run(trials=trials)
    sync_tracking([run], tracker)

    tracking_id = tracker.get(run.run_id).tracking_id
    runs_by_name = {mlflow_run.info.run_name: mlflow_run for mlflow_run in all_runs(client)}
    assert runs_by_name.keys() == {
        f"search {run.run_id}",
        "0: boosting",
        "1: boosting",
        "2: boosting",
    }
    assert [runs_by_name[f"{n}: boosting"].info.status for n in range(3)] == [
        "FINISHED",
        "FAILED",
        "KILLED",
    ]
    first = runs_by_name["0: boosting"].data
    assert first.tags["mlflow.parentRunId"] == tracking_id
    assert first.params == {
        "estimator": "lightgbm",
        "view": "tree",
        "learning_rate": "0.1",
        "num_leaves": "31",
    }
    assert first.metrics["accuracy"] == 0.8
    parent = runs_by_name[f"search {run.run_id}"]
    assert parent.info.status == "FINISHED"
    assert parent.info.end_time - parent.info.start_time == 30_000
    assert parent.inputs.dataset_inputs[0].dataset.digest == "bb"


@pytest.mark.parametrize(
    ("status", "theirs"),
    [
        (RunStatus.SUCCEEDED, "FINISHED"),
        (RunStatus.FAILED, "FAILED"),
        (RunStatus.CANCELLED, "KILLED"),
        (RunStatus.LOST, "KILLED"),
    ],
)
def test_our_ends_are_theirs(tracker, client, make_run, status, theirs):
    run = make_run(status=status)
    sync_tracking([run], tracker)

    assert client.get_run(tracker.get(run.run_id).tracking_id).info.status == theirs


def test_artifacts_lie_beside_the_database(tracker, client, make_run, tmp_path):
    run = make_run()
    sync_tracking([run], tracker)

    uri = client.get_run(tracker.get(run.run_id).tracking_id).info.artifact_uri
    assert uri.startswith((tmp_path / "mlartifacts").as_uri())


def test_the_name_of_an_experiment_is_no_path(tracker, client, make_run, tmp_path):
    run = make_run()
    sync_tracking([run], tracker, experiment_name=lambda run: "../../up/and\0away" + "x" * 1000)

    folders = [path.name for path in (tmp_path / "mlartifacts").iterdir()]
    assert len(folders) == 1
    assert folders[0].isalnum()


def test_a_deleted_experiment_comes_back(tracker, client, make_run):
    sync_tracking([make_run("one")], tracker)
    client.delete_experiment(client.get_experiment_by_name("churn").experiment_id)
    sync_tracking([make_run("two")], tracker)

    assert tracker.get("two").status is RunStatus.SUCCEEDED


def test_the_model_is_kept_as_a_model_that_is_ready(tracker, client, make_run, add_model):
    run = make_run()
    model = add_model(Path(run.folder))
    sync_tracking([run], tracker)

    uri = tracker.get(run.run_id).model_uri
    logged_model = client.get_logged_model(uri.removeprefix("models:/"))
    assert logged_model.status.value == "READY"
    assert logged_model.tags["automl.run_id"] == run.run_id
    folder = Path(logged_model.artifact_location.removeprefix("file://"))
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")} == {
        "data/m0.txt",
        "data/manifest.json",
        "data/recipe.json",
        "input_example.json",
        "python_env.yaml",
        "requirements.txt",
        "serving_input_example.json",
    }
    assert (folder / "data" / "m0.txt").read_bytes() == (model / "m0.txt").read_bytes()
    requirements = (folder / "requirements.txt").read_text().splitlines()
    assert [line.partition("==")[0] for line in requirements] == ["automl-magic", "numpy", "mlflow"]
    example = json.loads((folder / "input_example.json").read_text())
    assert example == {"columns": ["age", "it's"], "data": [[0.0, None]]}


@pytest.mark.parametrize("name", ["a#b?c%2e%2e", "new\nline", "it's", "\u202eb", "x" * 200])
def test_a_file_of_any_name_is_kept(tracker, make_run, name):
    run = make_run()
    (Path(run.folder) / name).mkdir()
    (Path(run.folder) / name / name).write_text("kept")
    sync_tracking([run], tracker)

    assert f"{name}/{name}" in tracker.get(run.run_id).artifacts


@pytest.mark.parametrize("text", ["", "[]", "{", '{"files": [{}]}'])
def test_a_manifest_that_cannot_be_read_is_no_model(tracker, make_run, add_model, text):
    run = make_run()
    (add_model(Path(run.folder)) / "manifest.json").write_text(text)
    sync_tracking([run], tracker)

    assert tracker.get(run.run_id).status is RunStatus.SUCCEEDED
    assert tracker.get(run.run_id).model_uri is None


def test_a_recipe_that_cannot_be_read_has_no_signature(tracker, make_run, add_model):
    run = make_run()
    add_model(Path(run.folder), {"recipe.json": b"\xff"})
    sync_tracking([run], tracker)

    assert tracker.get(run.run_id).model_uri is not None


def test_a_run_without_a_model_has_no_model_uri(tracker, make_run):
    run = make_run()
    sync_tracking([run], tracker)

    assert tracker.get(run.run_id).model_uri is None


def test_a_failed_run_keeps_no_model(tracker, make_run, add_model):
    run = make_run(status=RunStatus.FAILED)
    add_model(Path(run.folder))
    sync_tracking([run], tracker)

    assert tracker.get(run.run_id).model_uri is None


def test_a_killed_tracker_leaves_nothing_running(tracker, client, database, make_run, make_trial):
    """A process dies in the middle of a run and of a trial; the mirror makes the run whole."""
    trials = [make_trial(n, 0.5 + n / 100) for n in range(6)]
    run = make_run(status=RunStatus.LOST, trials=trials)
    code = """
import json, os, signal, sys
from pathlib import Path
from automl_magic.records import Run
from automl_magic.track import MlflowTracker
from automl_magic.workspace.workspace import Tracking
from automl_magic.track.tracker import read_trials

run = Run.from_json(json.loads(sys.argv[2]))
tracker = MlflowTracker(Tracking(sys.argv[1], Path("/nobody")))
tracker.begin(run, experiment_name="automl", params={}, tags={})
tracker.log_trials(run.run_id, read_trials(Path(run.folder))[:3])
client = tracker._connection
client.set_terminated = lambda *a: os.kill(os.getpid(), signal.SIGKILL)
tracker.log_trials(run.run_id, read_trials(Path(run.folder))[3:])
"""
    killed = subprocess.run(
        [sys.executable, "-c", code, database, json.dumps(run.to_json())], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert sum(mlflow_run.info.status == "RUNNING" for mlflow_run in all_runs(client)) == 2

    ids = sync_tracking([run], tracker)
    assert ids == {run.run_id: tracker.get(run.run_id).tracking_id}
    assert tracker.trials(run.run_id) == tuple(trials)
    assert [
        mlflow_run for mlflow_run in all_runs(client) if mlflow_run.info.status == "RUNNING"
    ] == []
    assert sync_tracking([run], tracker) == ids
    assert len(all_runs(client)) == 7


@pytest.mark.long
def test_four_processes_may_come_first_together(tmp_path, make_run):
    """Without a lock on a new SQLite file, three of four crash in MLflow's migration."""
    run = make_run()
    code = """
import json, sys
from pathlib import Path
from automl_magic.records import Run
from automl_magic.track import MlflowTracker
from automl_magic.workspace.workspace import Tracking

run = Run.from_json(json.loads(sys.argv[2]))
tracker = MlflowTracker(Tracking(sys.argv[1], Path("/nobody")))
print(tracker.begin(run, experiment_name="automl", params={}, tags={}))
"""
    command = [
        sys.executable,
        "-c",
        code,
        f"sqlite:///{tmp_path}/new/mlflow.db",
        json.dumps(run.to_json()),
    ]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    ids = {process.communicate(timeout=120)[0].strip() for process in started}

    assert [process.returncode for process in started] == [0, 0, 0, 0]
    assert len(ids) == 1


@pytest.mark.long
@pytest.mark.parametrize("after_s", [0.3, 0.6, 0.9])
def test_a_kill_in_the_first_migration_leaves_a_store_that_works(tmp_path, make_run, after_s):
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    code = """
import os, signal, sys, threading
from pathlib import Path
import mlflow.store.tracking.sqlalchemy_store
from automl_magic.track import MlflowTracker
from automl_magic.workspace.workspace import Tracking

threading.Timer(float(sys.argv[2]), os.kill, (os.getpid(), signal.SIGKILL)).start()
MlflowTracker(Tracking(sys.argv[1], Path("/nobody"))).prepare()
signal.pause()
"""
    killed = subprocess.run([sys.executable, "-c", code, uri, str(after_s)], check=False)
    assert killed.returncode == -signal.SIGKILL

    run = make_run()
    assert sync_tracking([run], MlflowTracker(Tracking(uri, Path("/nobody")))).keys() == {
        run.run_id
    }


def test_the_default_store_lies_in_the_home(home):
    assert default_workspace().tracking == Tracking(f"sqlite:///{home}/mlflow.db", home)


def test_mlflows_own_variable_is_respected(home, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://tracking.example")

    assert default_workspace().tracking == Tracking("http://tracking.example", home)


def test_a_store_that_cannot_be_written_says_so_at_once(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(TrackingError, match="Can't write") as caught:
        MlflowTracker(Tracking(f"sqlite:///{tmp_path}/file/mlflow.db", Path("/nobody"))).prepare()
    assert "MLFLOW_TRACKING_URI=sqlite:///FILE" in caught.value.fix


def test_mlflows_file_store_is_refused_with_a_way_out(tmp_path):
    with pytest.raises(TrackingError, match="A request to") as caught:
        MlflowTracker(Tracking(str(tmp_path / "mlruns"), Path("/nobody"))).prepare()
    assert caught.value.fix.startswith("Check MLFLOW_TRACKING_URI")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "mlflow.db").write_bytes(b"not a database" * 100)
    with pytest.raises(TrackingError, match="A request to"):
        MlflowTracker(Tracking(f"sqlite:///{tmp_path}/mlflow.db", Path("/nobody"))).prepare()


def test_importing_the_package_does_not_import_mlflow():
    code = "import sys, automl_magic.track; print('mlflow' in sys.modules, 'pandas' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment, check=True
    )

    assert result.stdout.split() == [b"False", b"False"]
