"""The registry over HTTP, with a real MLflow server that stores the artifacts."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from automl_magic.errors import TrackingError
from automl_magic.register import MlflowRegistry, verified_manifest
from automl_magic.track import MlflowTracker, sync_tracking
from automl_magic.workspace.workspace import Tracking


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

    assert sync_tracking([run], tracker) == sync_tracking([run], tracker)
    assert tracker.get(run.run_id).artifacts == ("input.ipynb",)

    registry = MlflowRegistry(Tracking(server, tmp_path / "home"))
    version = registry.register(run, model, "churn")
    assert registry.register(run, model, "churn") == version
    folder = registry.fetch("models:/churn@candidate")
    assert folder.is_relative_to(tmp_path / "home")
    assert verified_manifest(folder).digest() == version.manifest_sha256


def test_an_unreachable_server_is_a_tracking_error(monkeypatch, tmp_path):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(TrackingError, match=r"http://127\.0\.0\.1:9 failed"):
        MlflowTracker(Tracking("http://127.0.0.1:9", tmp_path / "home")).prepare()
