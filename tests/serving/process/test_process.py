"""Parent and workers, as a person runs them: real processes, real sockets, a real store."""

import concurrent.futures
import contextlib
import dataclasses
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from automl_magic.records.models.deployment import Slos
from automl_magic.store.approvals import approval_of
from automl_magic.store.routes import (
    change_deployment,
    change_route,
    history,
    read_deployment,
    read_route,
)
from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic.store.staged import staged_folder
from automl_magic.store.workers import live_workers, wait_for_epoch
from automl_magic.workspace import default_workspace
from tests.waiting import wait_for

PATH = "/v1/inference/churn:predict"


def own_trusted():
    return TrustedKeys(trusted_folder(default_workspace().home))


def answered_by(live, customer):
    return int(live.client.post(PATH, json={"instances": [customer]}).json()["model_version"])


def changed(plane, **fields):
    """Change the route and wait as a command does; return the workers that did not confirm."""
    route = change_route(
        plane.engine,
        read_route(plane.engine, "churn"),
        action="test",
        actor="ada",
        **fields,
        trusted=own_trusted(),
    )
    return wait_for_epoch(plane.engine, "churn", route.epoch, 20)


def workers_of(live):
    return [one for one in psutil.Process(live.process.pid).children() if one.is_running()]


def events(plane, name):
    lines = (plane.home / "server.log").read_text().splitlines()
    result = [json.loads(line) for line in lines if line.startswith("{")]
    return [line for line in result if line["event"] == name]


def test_a_route_is_followed_by_all_workers_when_the_command_that_changed_it_returns(
    own_plane, server_of, customer
):
    with server_of(own_plane, "--workers", "2") as live:
        assert answered_by(live, customer) == 1

        assert changed(own_plane, stable=2) == []

        with httpx.Client(base_url=live.url) as another:
            versions = {
                one.post(PATH, json={"instances": [customer]}).json()["model_version"]
                for one in (live.client, another)
                for _ in range(20)
            }
        assert versions == {"2"}
        assert live_workers(own_plane.engine, "churn") != {}
    # Who has ended is not waited for.
    assert live_workers(own_plane.engine, "churn") == {}


def test_a_canary_answers_its_share(own_plane, server_of, customer):
    with server_of(own_plane) as live:
        changed(own_plane, canary=2, percent=20.0)

        versions = [answered_by(live, customer) for _ in range(100)]

        assert 18 <= versions.count(2) <= 22
        assert versions.count(1) + versions.count(2) == 100


def test_a_sticky_route_answers_a_caller_by_the_same_version(own_plane, server_of, customer):
    with server_of(own_plane) as live:
        changed(own_plane, canary=2, percent=50.0, sticky=True)

        def versions(key):
            headers = {"x-sticky-key": key}
            return {
                live.client.post(PATH, json={"instances": [customer]}, headers=headers).json()[
                    "model_version"
                ]
                for _ in range(6)
            }

        by_caller = [versions(f"caller-{n}") for n in range(12)]

        assert all(len(result) == 1 for result in by_caller)
        assert set.union(*by_caller) == {"1", "2"}


@pytest.mark.long
def test_a_killed_worker_loses_no_request_but_its_own_and_is_started_anew(
    own_plane, server_of, customer
):
    with server_of(own_plane, "--workers", "2") as live:
        first = workers_of(live)
        lost, versions = [], []

        def ask_on(until):
            # A new connection for each request: none is in a worker's hands for long.
            while time.monotonic() < until:
                try:
                    response = httpx.post(
                        live.url + PATH, json={"instances": [customer]}, timeout=20
                    )
                    versions.append(response.json()["model_version"])
                except httpx.TransportError as error:
                    lost.append(error)

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            asking = [pool.submit(ask_on, time.monotonic() + 4) for _ in range(2)]
            time.sleep(0.5)
            os.kill(first[0].pid, signal.SIGKILL)
            for one in asking:
                one.result()

        # Two requests at a time, of which the killed worker can have held no more.
        assert len(lost) <= 2
        assert len(versions) > 20
        wait_for(lambda: "automl_serving_workers_accepting 2.0" in live.client.get("/metrics").text)
        assert first[0].pid not in {one.pid for one in workers_of(live)}
        assert "automl_serving_worker_restarts_total 1.0" in live.client.get("/metrics").text
        total = f'role="stable",version="1"}} {float(len(versions))}'
        assert total in live.client.get("/metrics").text  # what the dead one counted is counted


@pytest.mark.long
def test_with_one_worker_a_request_waits_for_the_one_that_takes_its_place(
    own_plane, server_of, customer
):
    with server_of(own_plane) as live:
        os.kill(workers_of(live)[0].pid, signal.SIGKILL)

        response = httpx.post(live.url + PATH, json={"instances": [customer]}, timeout=60)

        assert response.json()["model_version"] == "1"


@pytest.mark.long
def test_sigterm_finishes_what_was_begun_writes_the_log_and_ends_well(
    own_plane, server_of, customer, predictions_of
):
    own_plane.behave(v1={"sleep_s": 1.0})
    with (
        server_of(own_plane, "--workers", "2", env=own_plane.misbehaving) as live,
        concurrent.futures.ThreadPoolExecutor(4) as pool,
    ):

        def ask(_):
            return httpx.post(live.url + PATH, json={"instances": [customer]}, timeout=20)

        asking = [pool.submit(ask, n) for n in range(4)]
        wait_for(lambda: "in_flight 4.0" in live.client.get("/metrics").text or all_done(asking))
        live.process.send_signal(signal.SIGTERM)
        responses = [one.result() for one in asking]

        assert [response.status_code for response in responses] == [200] * 4
        assert live.process.wait(20) == 0
        with pytest.raises(httpx.ConnectError):
            ask(0)
    ids = {response.json()["predictions"][0]["prediction_id"] for response in responses}
    assert ids == {row.id for row in predictions_of(own_plane, "churn")}


def all_done(futures):
    return all(one.done() for one in futures)


@pytest.mark.long
def test_a_second_signal_ends_at_once(own_plane, server_of, customer):
    own_plane.behave(v1={"sleep_s": 60.0})
    with server_of(own_plane, "--grace", "50", env=own_plane.misbehaving) as live:
        own = workers_of(live)
        with socket.create_connection(live.host.rsplit(":", 1)) as connection:
            body = json.dumps({"instances": [customer]}).encode()
            connection.sendall(
                b"POST %b HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
                b"content-length: %d\r\n\r\n%b" % (PATH.encode(), len(body), body)
            )
            time.sleep(0.5)
            live.process.send_signal(signal.SIGINT)
            time.sleep(0.5)
            assert live.process.poll() is None
            live.process.send_signal(signal.SIGINT)

            assert live.process.wait(10) == 1
            wait_for(lambda: not any(one.is_running() for one in own))


@pytest.mark.long
def test_workers_do_not_outlive_a_parent_that_is_killed(own_plane, server_of):
    with server_of(own_plane, "--workers", "2") as live:
        own = workers_of(live)
        assert len(own) == 2

        live.process.kill()
        live.process.wait()

        wait_for(lambda: not any(is_alive(one) for one in own))


def is_alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.long
def test_a_hangup_changes_nothing(own_plane, server_of, customer):
    with server_of(own_plane) as live:
        live.process.send_signal(signal.SIGHUP)
        time.sleep(0.2)

        assert answered_by(live, customer) == 1


@pytest.mark.long
def test_a_canary_that_fails_is_taken_out(own_plane, server_of, customer):
    own_plane.behave(v2={"fails": 1.0})
    objectives(own_plane, error_rate_pct=5.0)
    with server_of(own_plane, "--workers", "2", env=own_plane.misbehaving) as live:
        changed(own_plane, canary=2, percent=50.0)

        statuses = ask_until_rolled_back(own_plane, live, customer)

        # What it takes to be sure, and not many more.
        assert 50 <= statuses.count(500) < 1_000
        change = history(own_plane.engine, "churn")[0]
        assert (change.action, change.actor) == ("roll_back", "automl-serving")
        assert "requests failed" in change.reason
        assert read_route(own_plane.engine, "churn").canary is None
        wait_for_epoch(own_plane.engine, "churn", change.route.epoch, 20)
        assert [answered_by(live, customer) for _ in range(20)] == [1] * 20


@pytest.mark.long
def test_a_canary_that_is_slow_is_taken_out(own_plane, server_of, customer):
    own_plane.behave(v2={"sleep_s": 0.15})
    objectives(own_plane, latency_ms_p95=75.0)
    with server_of(own_plane, env=own_plane.misbehaving) as live:
        changed(own_plane, canary=2, percent=50.0)

        ask_until_rolled_back(own_plane, live, customer)

        assert "took longer than 75 ms" in history(own_plane.engine, "churn")[0].reason


@pytest.mark.long
def test_refused_inputs_are_no_fault_of_the_canary(own_plane, server_of, customer):
    objectives(own_plane, error_rate_pct=1.0)
    with server_of(own_plane) as live:
        changed(own_plane, canary=2, percent=50.0)
        for _ in range(200):
            response = live.client.post(PATH, json={"instances": [{**customer, "age": "old"}]})
            assert response.status_code == 422
        time.sleep(1.0)

        assert read_route(own_plane.engine, "churn").canary == 2


@pytest.mark.long
def test_a_canary_that_refuses_what_the_stable_version_accepts_is_taken_out(
    own_plane, server_of, customer
):
    """Version 9 has another column. No objective is set, and nobody compared the schemas."""
    with server_of(own_plane, "--workers", "2") as live:
        changed(own_plane, canary=9, percent=50.0)

        statuses = ask_until_rolled_back(own_plane, live, customer)

        assert 50 <= statuses.count(422) < 500
        change = history(own_plane.engine, "churn")[0]
        assert (change.action, change.actor) == ("roll_back", "automl-serving")
        assert change.reason.startswith("Version 9 refused ")
        wait_for_epoch(own_plane.engine, "churn", change.route.epoch, 20)
        assert [answered_by(live, customer) for _ in range(20)] == [1] * 20


def objectives(plane, **slos):
    deployment, _ = read_deployment(plane.engine, "churn")
    change_deployment(
        plane.engine,
        dataclasses.replace(deployment, slos=Slos(min_requests=50, **slos)),
        "ada",
        trusted=own_trusted(),
    )


def ask_until_rolled_back(plane, live, customer):
    statuses = []

    def ask():
        with httpx.Client(base_url=live.url, timeout=30) as client:
            while read_route(plane.engine, "churn").canary is not None:
                statuses.append(client.post(PATH, json={"instances": [customer]}).status_code)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(ask) for _ in range(4)]:
            one.result()
    return statuses


@pytest.mark.long
def test_a_canary_that_cannot_be_loaded_is_taken_out(own_plane, server_of, customer):
    with server_of(own_plane, "--workers", "2") as live:
        folder = staged_of(own_plane, 2)
        next(folder.glob("members/*")).write_bytes(b"{L not what was approved")

        changed(own_plane, canary=2, percent=50.0)

        wait_for(lambda: read_route(own_plane.engine, "churn").canary is None)
        assert "Can't load version" in history(own_plane.engine, "churn")[0].reason
        assert [answered_by(live, customer) for _ in range(20)] == [1] * 20


@pytest.mark.long
def test_a_stable_version_that_cannot_be_loaded_gives_way_to_the_one_before(
    own_plane, server_of, customer
):
    with server_of(own_plane) as live:
        next(staged_of(own_plane, 2).glob("members/*")).unlink()

        changed(own_plane, stable=2)

        wait_for(lambda: read_route(own_plane.engine, "churn").stable == 1)
        assert answered_by(live, customer) == 1


def staged_of(plane, version):
    return staged_folder(
        approval_of(plane.engine, "churn", version).approval.statement, default_workspace().home
    )


@pytest.mark.long
def test_a_server_whose_version_cannot_be_loaded_does_not_start(own_plane):
    next(staged_of(own_plane, 1).glob("members/*")).unlink()

    process = run_server("--deployment", "churn", "--port", "0")

    assert process.returncode == 1
    assert process.stdout == ""
    assert "Do:" in process.stderr


def test_a_deployment_that_does_not_exist_is_said_so(own_plane):
    process = run_server("--deployment", "chrun", "--port", "0")

    assert process.returncode == 1
    assert "There is no deployment 'chrun'." in process.stderr
    assert "Use the name churn." in process.stderr


def test_a_port_that_is_taken_is_said_so(own_plane):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        process = run_server("--deployment", "churn", "--port", port)

    assert process.returncode == 1
    assert "--port" in process.stderr


def run_server(*options):
    command = [sys.executable, "-m", "automl_magic_serving", *options]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


@pytest.mark.long
def test_while_the_store_is_silent_the_last_routes_hold(team_plane, server_of, customer):
    with server_of(team_plane) as live:
        with silenced(team_plane.engine):
            wait_for(lambda: "automl_serving_store_up 0.0" in live.client.get("/metrics").text)

            assert answered_by(live, customer) == 1
            os.kill(workers_of(live)[0].pid, signal.SIGKILL)  # its follower gets the same route
            response = httpx.post(live.url + PATH, json={"instances": [customer]}, timeout=60)
            assert response.json()["model_version"] == "1"

        wait_for(lambda: "automl_serving_store_up 1.0" in live.client.get("/metrics").text)
        wait_for(lambda: live_workers(team_plane.engine, "churn") != {})
        assert changed(team_plane, stable=2) == []
        assert answered_by(live, customer) == 2


@contextlib.contextmanager
def silenced(engine):
    """Hang up on everybody who talks to a database, and take its door away."""
    host = Path(engine.url.query["host"])
    door, away = host / ".s.PGSQL.5432", host / "away"
    with engine.connect() as connection:
        door.rename(away)
        try:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            hang_up = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
            connection.exec_driver_sql(hang_up).all()
            yield
        finally:
            away.rename(door)
