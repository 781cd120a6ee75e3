"""The toy family all the way: commands as typed, real kernels, MLflow on SQLite, a real server."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]
# Neither we nor the toy can be imported where the notebook runs.
ALONE = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0].startswith(("automl_magic", "toy")):
            raise ImportError("a standalone notebook needs no " + name)
sys.meta_path.insert(0, Blocker())
exec(compile(open(sys.argv[1], encoding="utf-8").read(), "model.py", "exec"), {})
"""

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("journey")


@pytest.fixture(scope="module")
def environment(place, python_path):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "AUTOML"))}
    return {**kept, "AUTOML_MAGIC_HOME": str(place / "home"), "PYTHONPATH": python_path}


@pytest.fixture(scope="module")
def typed(place, environment):
    def call(*words):
        done = subprocess.run(
            [*AUTOML, *words],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            cwd=place,
            env=environment,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    return call


@pytest.fixture(scope="module")
def served(place, environment):
    """Start `automl serve calls`, and return what it said until it was ready."""
    started = []

    def start():
        process = subprocess.Popen(
            [*AUTOML, "serve", "calls", "--port", "0", "--workers", "1"],
            stdout=subprocess.PIPE,
            stderr=(place / "server.log").open("w"),
            text=True,
            cwd=place,
            env=environment,
        )
        started.append(process)
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith("Try it: "):
                return said
        raise AssertionError((place / "server.log").read_text()[-3000:])

    yield start
    for process in started:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_plan_run_leaderboard_notebook_register_serve_monitor(typed, served, place, calls):
    calls.to_csv(place / "calls.csv", index=False)

    # plan → notebooks
    typed("plan", "calls.csv", "--target", "calls", "--task", "count", "--budget", "6s", "-o", "p")
    assert "task: count" in (place / "p" / "experiment.automl.yaml").read_text()

    # run, in a kernel of its own
    found = json.loads(typed("run", "p", "--json"))
    assert found["holdout"]["metric"] == "rmse"
    assert found["best"]

    # leaderboard
    board = json.loads(typed("leaderboard", "--json"))
    assert {"group_mean", "group_mean_shrunk"} <= {row["name"] for row in board["rows"]}
    assert all(0 < row["also"]["mae"] < row["score"]["score"] for row in board["rows"])
    assert "  mae  " in typed("leaderboard")

    # standalone notebook: the same score, where neither we nor the family are
    typed("notebook", "last", "-o", "model.ipynb")
    cells = nbformat.read(place / "model.ipynb", as_version=4)["cells"]
    code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    (place / "model.py").write_text("\n\n".join(code))
    alone = subprocess.run(
        [sys.executable, "-c", ALONE, "model.py"],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    assert alone.returncode == 0, alone.stderr
    score = json.loads(alone.stdout)
    assert score["rows"] == found["holdout"]["rows"]
    assert score["score"] == pytest.approx(found["holdout"]["score"], abs=1e-9)

    # explain, by what the kind of task can do
    explained = json.loads(typed("explain", "last", "--json"))
    explanation = json.loads(Path(explained["explanation"]).read_text())
    assert explanation["residuals"] is not None
    assert explanation["calibration"] is None

    # register → serve, and ask over HTTP
    typed("register", "last", "--name", "calls")
    said = served()
    curl = said.split("Try it: ")[1].strip()
    done = subprocess.run(shlex.split(curl), capture_output=True, text=True, check=True)
    (answer,) = json.loads(done.stdout)["predictions"]
    typed("predict", "models:/calls@candidate", "calls.csv", "-o", "scores.csv")
    predicted = pd.read_csv(place / "scores.csv")["prediction"]
    (region,) = re.findall(r'"region": ?"(\w+)"', curl)
    of_region = predicted[calls["region"] == region]
    assert of_region.nunique() == 1
    assert answer["value"] == pytest.approx(of_region.iloc[0], abs=1e-6)

    # monitor a table against the model
    watched = json.loads(typed("monitor", "calls", "--data", "calls.csv", "--json"))
    report = json.loads(Path(watched["report"]).read_text())
    assert (report["n_rows"], report["performance"]["metric"]) == (len(calls), "rmse")
    assert report["performance"]["severity"] == "ok"
    assert [(one["column"], one["severity"]) for one in report["features"]] == [("region", "ok")]
