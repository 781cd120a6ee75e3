"""`automl serve` from training to rollback, with real models, server and commands."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def environment(place):
    return {**os.environ, "AUTOML_MAGIC_HOME": str(place / "home")}


@pytest.fixture(scope="module")
def typed(place, environment):
    def call(*words):
        process = subprocess.run(
            [*AUTOML, *words],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            cwd=place,
            env=environment,
        )
        return process.returncode, process.stdout, process.stderr

    return call


@pytest.fixture(scope="module")
def registered(typed):
    """Two versions of one model, from two searches."""
    for seed in ("0", "1"):
        argv = ["sklearn:iris", "--target", "target", "--seed", seed, "--trials", "2"]
        code, _, err = typed("fit", *argv, "--budget", "6s", "--overwrite", "-o", f"plan-{seed}")
        assert code == 0, err
        code, _, err = typed("register", "last", "--name", "iris")
        assert code == 0, err


@pytest.fixture
def serving(place, environment):
    """Start `automl serve`. Return the process and its output until it was ready."""
    started = []

    def start(*words):
        process = subprocess.Popen(
            [*AUTOML, "serve", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=place,
            env=environment,
        )
        started.append(process)
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Try it: "):
                break
        return process, "".join(lines)

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def answer_of(curl):
    process = subprocess.run(shlex.split(curl), capture_output=True, text=True, check=True)
    return json.loads(process.stdout)


def test_a_server_that_does_not_start_leaves_no_deployment(registered, typed):
    """Both ports are free, but not for two: this is found after the deployment is created."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    code, _, err = typed("serve", "iris/1", "--port", port, "--grpc-port", port)

    assert code == 1
    assert "Removed deployment iris, because its server didn't start." in err
    assert "Address already in use" in err.splitlines()[-2]
    assert json.loads(typed("deployments", "--json")[1]) == []


def test_a_model_is_served_promoted_rolled_back_and_revoked(registered, typed, serving):
    assert typed("approve", "iris", "2")[0] == 0
    assert typed("revoke", "iris", "2", "--reason", "too early")[0] == 0
    code, _, err = typed("serve", "iris")
    assert code == 1
    assert "Its approval was revoked" in err
    assert "Do: Approve it: automl approve iris 2" in err
    assert typed("approve", "iris", "2")[0] == 0
    assert typed("approve", "iris", "1")[0] == 0

    process, output = serving("iris", "--port", "0", "--workers", "1", "--grpc-port", "0")
    assert "iris serves version 2." in output
    assert re.search(r"grpc +127\.0\.0\.1:\d+", output)
    curl = output.split("Try it: ")[1].strip()
    first = answer_of(curl)
    assert first["model_version"] == "2"
    assert first["predictions"][0]["label"] in {"setosa", "versicolor", "virginica"}

    # When the command returns, all workers have switched.
    code, out, err = typed("promote", "iris", "1", "champion", "--json")
    assert (code, json.loads(out)["behind"]) == (0, {}), err
    assert answer_of(curl)["model_version"] == "1"
    assert typed("rollback", "iris")[0] == 0
    assert answer_of(curl)["model_version"] == "2"
    code, out, _ = typed("route", "iris", "--canary", "1", "--percent", "100", "--json")
    assert (code, json.loads(out)["behind"]) == (0, [])
    assert answer_of(curl)["model_version"] == "1"
    assert typed("revoke", "iris", "1", "--reason", "a test")[0] == 0
    assert answer_of(curl)["model_version"] == "2"

    # A second server on the port is an error, and leaves nothing behind.
    port = re.search(r"http://127\.0\.0\.1:(\d+)", output)[1]
    code, out, err = typed("serve", "iris", "--port", port)
    assert (code, out) == (1, "")
    assert "Why: " in err
    assert port in err

    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/health")
    assert "workers   none" in typed("route", "iris")[1]
    code, out, _ = typed("audit", "verify")
    assert code == 0


def test_a_server_starts_again_without_the_registry(registered, typed, serving, place):
    typed("approve", "iris", "2")
    process, output = serving("iris", "--port", "0", "--workers", "1")
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    registry = place / "home" / "mlflow.db"
    registry.rename(place / "away.db")
    try:
        process, output = serving("iris", "--port", "0", "--workers", "1")
        assert "iris serves version" in output
        assert not registry.exists()
    finally:
        (place / "away.db").rename(registry)


def test_one_server_can_serve_two_deployments_with_a_key(registered, typed, serving, place):
    typed("approve", "iris", "2")
    (place / "strict.yaml").write_text(
        "apiVersion: automl-magic/v1\nkind: Deployment\nmetadata: {name: strict}\n"
        "spec:\n  modelVersionId: iris/2\n  checks: {ranges: refuse}\n"
    )
    _, output = serving(
        "iris", "strict.yaml", "--port", "0", "--workers", "1", "--auth", "required"
    )
    url = re.search(r"http://127\.0\.0\.1:\d+", output)[0]
    assert "strict serves version 2." in output
    assert httpx.get(f"{url}/v2/health/ready").status_code == 200
    body = shlex.split(output.split("-d ")[1].splitlines()[0])[0]
    predict = {
        "url": f"{url}/v1/inference/strict:predict",
        "content": body,
        "headers": {"content-type": "application/json"},
    }
    assert httpx.post(**predict).status_code == 401
    _, out, _ = typed("key", "create", "web", "--deployment", "strict", "--json")
    secret = json.loads(out)["key"]
    predict["headers"]["authorization"] = f"Bearer {secret}"
    result = wait_for(lambda: httpx.post(**predict), 200)
    assert result.json()["deployment"] == "strict"
    other = {**predict, "url": predict["url"].replace("strict", "iris")}
    assert httpx.post(**other).status_code in (403, 404)
    typed("key", "revoke", secret)
    wait_for(lambda: httpx.post(**predict), 401)


def wait_for(ask, status):
    for _ in range(100):
        answer = ask()
        if answer.status_code == status:
            return answer
    raise AssertionError(f"{answer.status_code}: {answer.text}")


def test_a_port_in_use_is_an_error(registered, typed):
    typed("approve", "iris", "2")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = typed("serve", "iris", "--port", str(taken.getsockname()[1]))
    assert code == 1
    assert "Traceback" not in err


def test_serving_the_first_version_of_a_model_approves_it(registered, typed, serving):
    """A new model without approvals."""
    for number in (1, 2):
        runs = json.loads(typed("runs", "--json")[1])
        assert typed("register", runs[-number]["run_id"], "--name", "first")[0] == 0
    process, output = serving("first", "--port", "0", "--workers", "1")
    history = json.loads(typed("audit", "--subject", "first/2", "--json")[1])
    refused = typed("route", "first", "--canary", "1", "--percent", "10")

    assert "first serves version 2." in output
    assert [one["action"] for one in history].count("approve") == 1
    assert (refused[0], "automl approve first 1" in refused[2]) == (1, True)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_the_server_stops_when_the_command_is_killed(registered, typed, serving):
    process, output = serving("iris", "--port", "0", "--workers", "1")
    port = re.search(r"http://127\.0\.0\.1:(\d+)", output)[1]
    assert httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200

    process.kill()
    process.wait()

    for _ in range(300):
        try:
            httpx.get(f"http://127.0.0.1:{port}/health")
        except httpx.TransportError:
            return
        time.sleep(0.1)
    raise AssertionError("the server still answers")
