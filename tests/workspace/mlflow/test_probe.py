"""A server that doesn't answer is reported within seconds, by its address and without passwords."""

import threading

import pytest

from automl_magic.errors import TrackingUnreachable
from automl_magic.workspace.mlflow import check_registry, connect, probe, redact_url
from automl_magic.workspace.workspace import Tracking
from tests.waiting import wait_for

pytestmark = pytest.mark.usefixtures("short_limits")


@pytest.fixture
def failure(tmp_path):
    """Return the error of a connection to an address."""

    def connect_to(uri):
        with pytest.raises(TrackingUnreachable) as caught:
            connect(Tracking(uri, tmp_path))
        assert "s3cret" not in str(caught.value)
        return caught.value

    return connect_to


def test_a_refused_connection_is_reported(failure):
    error = failure("http://ada:s3cret@127.0.0.1:9")
    assert error.what == "Can't reach the tracking store http://ada:***@127.0.0.1:9."
    assert error.why == "Connection refused."
    assert "MLFLOW_TRACKING_URI" in error.fix


def test_a_name_that_cannot_be_resolved_is_reported(failure):
    error = failure("http://s3cret@no-such-host.invalid:5000")
    assert error.what == "Can't reach the tracking store http://***@no-such-host.invalid:5000."
    assert error.why.startswith("Its name can't be resolved")


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("http://host:abc", "The address isn't valid: Port could not be cast"),
        ("http://[::1", "The address isn't valid: Invalid IPv6 URL."),
        (f"http://{'a' * 99}.example", "Its name isn't a host name."),
    ],
)
def test_an_address_that_is_none_is_reported(failure, uri, why):
    assert failure(uri).why.startswith(why)


def test_a_server_that_accepts_and_never_answers_is_reported(failure, silent):
    assert failure(f"http://127.0.0.1:{silent.getsockname()[1]}").why == "It didn't answer in time."


def test_packets_that_get_no_answer_are_reported(failure, black_hole):
    assert failure(f"http://127.0.0.1:{black_hole}").why == "It didn't answer in time."


def test_a_server_error_is_reported(failure, broken):
    why = failure(f"http://127.0.0.1:{broken}").why
    assert why == "It answered 500 Internal Server Error."


def test_a_server_without_tls_is_reported(failure, broken):
    assert failure(f"https://127.0.0.1:{broken}").why.startswith("The TLS connection failed")


def test_a_dead_database_is_reported(failure):
    assert "refused" in failure("postgresql://ada:s3cret@127.0.0.1:9/mlflow").why


def test_a_database_that_never_answers_is_reported(failure, silent, monkeypatch):
    monkeypatch.setattr(probe, "LIMIT_S", 0.5)
    error = failure(f"postgresql://ada:s3cret@127.0.0.1:{silent.getsockname()[1]}/mlflow")
    assert error.why == "It didn't answer within 0.5 s."


def test_a_dead_registry_beside_a_store_that_works_is_reported(tmp_path):
    tracking = Tracking(f"sqlite:///{tmp_path}/mlflow.db", tmp_path, "http://127.0.0.1:9")
    with pytest.raises(TrackingUnreachable) as caught:
        check_registry(tracking)
    assert caught.value.what == "Can't reach the model registry http://127.0.0.1:9."
    assert "MLFLOW_REGISTRY_URI" in caught.value.fix


def test_a_server_is_asked_by_two_at_once(silent, tmp_path, monkeypatch):
    """Nobody waits for another's request: with a lock, only one connection would arrive."""
    monkeypatch.setattr(probe, "_ANSWER_S", 60.0)
    monkeypatch.setattr(probe, "LIMIT_S", 60.0)
    tracking = Tracking(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path)
    errors = []

    def ask():
        try:
            connect(tracking)
        except TrackingUnreachable as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    arrived = [silent.accept()[0] for _ in threads]
    assert errors == []
    for connection in (silent, *arrived):
        connection.close()
    wait_for(lambda: len(errors) == 2)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:secret@db/x", "postgresql://me:***@db/x"),
        ("https://me:p@ss@host/x", "https://me:***@host/x"),
        ("https://TOKEN@host", "https://***@host"),
        ("postgresql://db/x?user=me&password=secret", "postgresql://db/x?user=me&password=***"),
        ("request to http://me:secret@h:1/api failed", "request to http://me:***@h:1/api failed"),
        ("sqlite:////tmp/a@b/mlflow.db", "sqlite:////tmp/a@b/mlflow.db"),
    ],
)
def test_passwords_and_tokens_are_never_shown(text, shown):
    assert redact_url(text) == shown
