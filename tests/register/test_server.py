"""The registry over HTTP, with a real MLflow server that stores the artifacts."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from mlflow.tracking import MlflowClient

from automl_magic.errors import TrackingError, TrackingUnreachable
from automl_magic.register import MlflowRegistry, verified_manifest
from automl_magic.track import MlflowTracker, sync_tracking
from automl_magic.workspace.workspace import Tracking
from tests.lock_watch import watch_locks


@pytest.fixture
def server(tmp_path, migrated):
    (tmp_path / "server.db").write_bytes(migrated.read_bytes())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "mlflow", "server", "--workers", "1"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", f"sqlite:///{tmp_path}/server.db"),
        *("--artifacts-destination", str(tmp_path / "artifacts")),
    ]
    environment = {**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    uri = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{uri}/health", timeout=1)
            break
        except OSError:
            time.sleep(0.2)
    yield uri
    process.terminate()
    process.wait(20)


@pytest.mark.long
def test_a_run_is_tracked_registered_and_fetched_over_http(
    server, make_run, a_model, tmp_path, monkeypatch
):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    run = make_run()
    model = a_model(run)
    tracker = MlflowTracker(Tracking(server, tmp_path / "home"))
    registry = MlflowRegistry(Tracking(server, tmp_path / "home"))

    with watch_locks(tmp_path / "home") as watch:
        assert sync_tracking([run], tracker) == sync_tracking([run], tracker)
        assert tracker.get(run.run_id).artifacts == ("input.ipynb",)
        version = registry.register(run, model, "churn")
        assert registry.register(run, model, "churn") == version
        registry.set_aliases("churn", {"champion": version.version})
        folder = registry.fetch("models:/churn@candidate")
    assert watch.n_requests > 10
    assert watch.under_a_lock == []
    assert folder.is_relative_to(tmp_path / "home")
    assert verified_manifest(folder).digest() == version.manifest_sha256


@pytest.mark.long
def test_two_who_begin_at_once_track_and_register_a_run_once_over_http(
    server, make_run, a_model, tmp_path
):
    """A server has no lock, so both create the run and the version, and then agree on one."""
    run = make_run()
    model = a_model(run)
    here = Tracking(server, tmp_path / "home")
    both_are_in = threading.Barrier(2)

    class Tracker(MlflowTracker):
        def _create_run(self, *args):
            both_are_in.wait(60)
            return super()._create_run(*args)

    class Registry(MlflowRegistry):
        def _create_version(self, *args):
            both_are_in.wait(60)
            return super()._create_version(*args)

    def begin():
        with contextlib.suppress(TrackingError):  # the other one's MLflow run was kept
            Tracker(here).begin(run, experiment_name="churn", params={}, tags={})

    at_once(begin)
    sync_tracking([run], MlflowTracker(here))
    client = MlflowClient(server, server)
    experiment = client.get_experiment_by_name("churn").experiment_id
    assert len(client.search_runs([experiment])) == 1

    at_once(lambda: Registry(here).register(run, model, "churn"))
    assert len(client.search_model_versions("name = 'churn'")) == 1


def at_once(deed):
    threads = [threading.Thread(target=deed) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_unreachable_server_is_a_tracking_error(monkeypatch, tmp_path):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    with pytest.raises(
        TrackingUnreachable, match=r"Can.t reach the tracking store http://127\.0\.0\.1:9\."
    ):
        MlflowTracker(Tracking("http://127.0.0.1:9", tmp_path / "home")).prepare()
