"""Planted personal values, followed through everything that a model's life writes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

from tests.personal.canary import PERSONAL, TRACES, people, traces

AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]

pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Operator:
    """Types commands in a folder, with a home of its own, and keeps what they print."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "AUTOML"))}
        self.environment = {**kept, "AUTOML_MAGIC_HOME": str(folder / "home")}
        self.server: subprocess.Popen[str] | None = None
        self.printed: list[str] = []
        self.answers: list[str] = []

    def type(self, *argv: str, code: int = 0) -> str:
        done = subprocess.run(
            [*AUTOML, *argv],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        self.printed.append(done.stdout + done.stderr)
        assert done.returncode == code, (argv, done.stderr[-3000:])
        return done.stdout

    def serve(self, *argv: str) -> None:
        self.server = subprocess.Popen(
            [*AUTOML, "serve", *argv],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=(self.folder / "server.log").open("w"),
            text=True,
        )
        for line in self.server.stdout:
            self.printed.append(line)
            if line.startswith("Try it:"):
                threading.Thread(target=self.server.stdout.read, daemon=True).start()
                return
        raise AssertionError((self.folder / "server.log").read_text()[-3000:])

    def ask(self, url: str, document: object) -> tuple[int, dict]:
        request = urllib.request.Request(
            url, json.dumps(document).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        self.answers.append(text)
        return status, json.loads(text)

    def end(self) -> None:
        self.server.send_signal(signal.SIGINT)
        self.server.wait(60)


@pytest.fixture
def operator(tmp_path):
    operator = Operator(tmp_path)
    yield operator
    if operator.server is not None and operator.server.poll() is None:
        operator.server.kill()


def test_a_model_of_personal_columns_lives_without_their_values_anywhere(operator):
    folder, port = operator.folder, free_port()
    tables = {name: folder / f"{name}.csv" for name in ("people", "new", "kept")}
    people().to_csv(tables["people"], index=False)
    people(300, seed=5).to_csv(tables["new"], index=False)
    included = [option for name in PERSONAL for option in ("--include", name)]
    fit = ("fit", "people.csv", "--target", "left", "--budget", "8s", "-o", "plan", *included)

    operator.type(*fit)
    operator.type("why", "last", "--column", "mail")
    operator.type("register", "last", "--name", "leaving")
    operator.type("explain", "last")
    operator.type("notebook", "last", "-o", "standalone.ipynb")
    operator.type("predict", "models:/leaving/1", "new.csv", "-o", "scores.csv")
    # A kept column holds what the user asked for.
    operator.type(
        "predict", "models:/leaving/1", "new.csv", "-o", str(tables["kept"]), "--keep", "mail"
    )
    operator.serve("leaving", "--port", str(port))
    url = f"http://127.0.0.1:{port}/v1"
    rows = pd.read_csv(tables["new"]).drop(columns=["left", "note"]).to_dict("records")
    for start in range(0, 300, 50):
        status, answer = operator.ask(
            f"{url}/inference/leaving:predict", {"instances": rows[start : start + 50]}
        )
        assert status == 200, answer
        outcomes = [
            {"prediction_id": p["prediction_id"], "outcome": ["no", "yes"][i % 2]}
            for i, p in enumerate(answer["predictions"])
        ]
        assert operator.ask(f"{url}/outcomes", {"outcomes": outcomes})[0] == 202
    explained = {"model_id": "leaving", "features": rows[0]}
    explained["options"] = {"return_explanations": True}
    assert operator.ask(f"{url}/predict", explained)[0] == 200
    for name in PERSONAL:
        wrong = {**rows[0], name: [rows[0][name]]}
        status, _ = operator.ask(f"{url}/inference/leaving:predict", {"instances": [wrong]})
        assert status == 422
    wrong = {**rows[0], "spend": rows[0]["mail"], rows[0]["mail"]: 1}
    assert operator.ask(f"{url}/inference/leaving:predict", {"instances": [wrong]})[0] == 422
    operator.type("monitor", "leaving", "--window", "1h")
    operator.type("monitor", "leaving", "--data", "new.csv")
    operator.type("retrain", "leaving", "--data", "new.csv", "--budget", "8s")
    operator.end()

    retrained = tuple(folder.rglob("home/**/*.parquet"))  # the user's own rows, old and new
    assert traces(folder, but=(*tables.values(), *retrained)) == {}
    assert not TRACES.search("".join(operator.printed).encode())
