"""What a process starts acts in the workspace that it was given, whatever the environment says."""

import json
import os
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from automl_magic import flow
from automl_magic.cli.apps.server import AppServer, free_port
from automl_magic.cli.apps.serving import InferenceServer
from automl_magic.records import RunStatus
from automl_magic.workspace import Workspace, default_workspace
from automl_magic.workspace.workspace import (
    default_predictions,
    default_store,
    default_tracking_uri,
)

SAYS = """
from automl_magic.workspace import default_workspace
here = default_workspace()
print(f"{here.name} {here.actor} {here.home}")
"""


@pytest.fixture
def team(tmp_path):
    def make(name, actor):
        home = tmp_path / name
        return Workspace(
            name=name,
            actor=actor,
            home=home,
            store=default_store(home),
            predictions=default_predictions(default_store(home)),
            tracking_uri=default_tracking_uri(home),
        )

    return make


@pytest.fixture
def notebook(tmp_path):
    """A notebook that says whose it is."""
    cell = {
        "cell_type": "code",
        "id": "says",
        "metadata": {},
        "source": SAYS,
        "outputs": [],
        "execution_count": None,
    }
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python"}}
    document = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path / "says.ipynb"
    path.write_text(json.dumps(document))
    return path


@pytest.mark.filterwarnings("ignore::automl_magic.runs.tracked_run.NotTracked")
def test_runs_of_two_people_in_two_threads_write_into_their_workspaces(home, team, notebook):
    people = {"team-a": team("team-a", "alice"), "team-b": team("team-b", "bob")}
    runs = {}

    def work(name):
        runs[name] = flow.run(notebook, workspace=people[name]).run

    threads = [threading.Thread(target=work, args=(name,)) for name in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for name, here in people.items():
        run = runs[name]
        assert run.status is RunStatus.SUCCEEDED
        assert Path(run.folder).is_relative_to(here.home)
        output = (Path(run.folder) / "output.ipynb").read_text()
        assert f"{name} {here.actor} {here.home}" in output
        assert [listed_run.run_id for listed_run in flow.runs(workspace=here)] == [run.run_id]
    assert flow.runs() == []  # nothing lies in the own workspace
    assert "AUTOML_MAGIC_WORKSPACE" not in os.environ


_SERVER = f"""
import http.server, io, contextlib, sys

class Says(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec({SAYS!r})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(said.getvalue().encode())

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Says).serve_forever()
"""


def test_a_server_that_a_command_starts_acts_in_the_commands_workspace(home, team):
    here = team("team-a", "alice")
    port = free_port(None)
    with AppServer("says", [sys.executable, "-c", _SERVER, str(port)], port, "/", here) as server:
        server.start()
        with urllib.request.urlopen(server.url) as response:
            assert response.read().decode().strip() == f"team-a alice {here.home}"
    assert default_workspace().home == home


_READY = """
import json, sys
from automl_magic.workspace import default_workspace
print(json.dumps({"event": "ready", "url": default_workspace().name}), flush=True)
sys.stdin.read()
"""


def test_an_inference_server_acts_in_the_commands_workspace(home, team):
    with InferenceServer([sys.executable, "-c", _READY], team("team-a", "alice")) as server:
        server.start()
        assert server.url == "team-a"
