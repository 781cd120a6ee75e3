"""No request to another machine is sent while a lock of the home is held.

The lock would be held as long as the other machine doesn't answer, and every command of the home
would wait behind it.
"""

import socket

import pytest

from automl_magic import govern
from automl_magic.errors import TrackingUnreachable
from automl_magic.flow.loading import load_model
from automl_magic.register import MlflowRegistry
from automl_magic.store.engine import write_transaction
from automl_magic.store.outbox import MLFLOW_ALIASES, pending
from automl_magic.track import MlflowTracker, sync_tracking
from automl_magic.workspace import default_workspace
from automl_magic.workspace.mlflow import store_lock
from automl_magic.workspace.workspace import Tracking
from tests.govern.conftest import a_run_with_a_model, own_key
from tests.lock_watch import watch_locks

DEAD = "http://127.0.0.1:9"


@pytest.fixture
def watch(home):
    home.mkdir(exist_ok=True)
    with watch_locks(home) as watch:
        yield watch


def test_a_request_under_a_lock_is_seen(watch, home):
    with store_lock(f"sqlite:///{home}/mlflow.db"), socket.socket() as client:
        client.connect_ex(("127.0.0.1", 9))
    assert watch.under_a_lock == [str(home / "mlflow.db.lock")]


def test_a_request_in_a_write_transaction_is_seen(watch, home, file_engine):
    with write_transaction(file_engine), socket.socket() as client:
        client.connect_ex(("127.0.0.1", 9))
    assert watch.under_a_lock == [str(home / "store.db")]


def test_a_run_is_tracked_under_no_lock(watch, home, tmp_path):
    run, _ = a_run_with_a_model(tmp_path, 9)
    with pytest.raises(TrackingUnreachable):
        sync_tracking([run], MlflowTracker(Tracking(DEAD, home)))
    assert watch.n_requests
    assert watch.under_a_lock == []


def test_aliases_are_written_under_no_lock(watch, home, file_engine, version_of):
    for version in map(version_of, (1, 2, 3)):
        govern.register(file_engine, version, actor="ada")
        govern.approve(file_engine, version, actor="grace", key=own_key())
    n_pending = len(pending(file_engine, MLFLOW_ALIASES))

    result = govern.sync_aliases(file_engine, MlflowRegistry(Tracking(DEAD, home)))
    assert result.failed == {"churn": "Connection refused."}
    assert len(pending(file_engine, MLFLOW_ALIASES)) == n_pending
    assert watch.n_requests
    assert watch.under_a_lock == []


def test_a_registered_model_is_fetched_under_no_lock(watch, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", DEAD)
    with pytest.raises(TrackingUnreachable):
        load_model("models:/churn@candidate", default_workspace())
    assert watch.n_requests
    assert watch.under_a_lock == []
