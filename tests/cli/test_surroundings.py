"""Commands in bad surroundings: no working directory, strict warnings, closed streams."""

import contextlib
import json
import os
import signal
import subprocess
import sys

import psutil
import pytest

from automl_magic.cli import main
from tests.waiting import wait_for

AUTOML = [sys.executable, "-c", "from automl_magic.cli import main; main()"]


@pytest.fixture
def environment(tmp_path):
    kept = {k: v for k, v in os.environ.items() if k != "MLFLOW_TRACKING_URI"}
    return {**kept, "AUTOML_MAGIC_HOME": str(tmp_path / "home")}


@pytest.mark.parametrize(
    "line", ["runs", "plan a.csv --target y", "predict last a.csv -o b.csv", "lab", "wizard"]
)
def test_a_deleted_working_directory_is_reported(line, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()

    with pytest.raises(SystemExit) as exited:
        main(line.split())

    assert exited.value.code == 1
    what, _, fix = capsys.readouterr().err.splitlines()
    assert what == "The working directory doesn't exist any more."
    assert fix == "Do: Change to another folder: cd"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_closed_streams_stop_no_command_and_reach_no_file(closed, tmp_path, environment):
    line = f'exec "$@" {closed}'
    command = ["sh", "-c", line, "sh", *AUTOML, "audit"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    database = tmp_path / "home" / "store.db"
    assert database.read_bytes().startswith(b"SQLite format 3")


@pytest.mark.long
def test_strict_warnings_stop_no_command_of_the_whole_way(tmp_path, environment):
    """Plan, fit, predict, export, register, serve and JupyterLab, with a warning as an error."""
    rows = [f"{i},{i * 7 % 13},{'ny'[i * 5 % 8 < 4]}" for i in range(80)]
    (tmp_path / "table.csv").write_text("a,b,y\n" + "\n".join(rows) + "\n")
    strict = {"cwd": tmp_path, "env": {**environment, "PYTHONWARNINGS": "error"}, "text": True}
    for line in (
        "fit table.csv --target y --budget 8s --candidates linear,lightgbm,xgboost -o plan",
        "predict last table.csv -o out.csv",
        "notebook last -o model.ipynb",
        "register last --name churn",
    ):
        done = subprocess.run(
            [*AUTOML, *line.split()], capture_output=True, check=False, timeout=280, **strict
        )
        assert done.returncode == 0, done.stderr
        assert "Warning" not in done.stderr
    for line in ("serve churn --port 0 --workers 1", "lab --no-browser", "app mlflow --no-browser"):
        process = subprocess.Popen(
            [*AUTOML, *line.split(), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **strict,
        )
        lines = iter(process.stdout.readline, "}\n")
        document = json.loads("".join(lines) + "}")
        early = "".join(iter(process.stderr.readline, "Press Ctrl-C to stop it.\n"))
        assert document["url"].startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=100)
        assert process.returncode == 0
        assert "Traceback" not in early + err


@pytest.mark.long
def test_an_app_whose_reader_is_gone_leaves_no_server(tmp_path, environment):
    """As in `automl app mlflow | true`: the address can't be shown to anybody."""
    process = subprocess.Popen(
        [*AUTOML, "app", "mlflow", "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment,
        text=True,
    )
    process.stdout.close()
    servers = []

    def is_over():
        with contextlib.suppress(psutil.NoSuchProcess):
            servers.extend(psutil.Process(process.pid).children(recursive=True))
        return process.poll() is not None

    wait_for(is_over)
    assert process.returncode == 1
    assert process.stderr.read() == ""
    assert servers
    wait_for(lambda: not any(server.is_running() for server in servers))
