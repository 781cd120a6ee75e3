"""`automl --workspace NAME`, before and after the verb, and in a notebook."""

import json
import subprocess
import sys

import pytest

from automl_magic.cli.command import automl
from automl_magic.cli.terminal import Terminal
from automl_magic.errors import WorkspaceError
from automl_magic.magics.notebook import NotebookFrontend
from automl_magic.runs.backends import run_store
from automl_magic.workspace import default_workspace, workspace_named


@pytest.fixture
def kept(home):
    """A run in the own workspace, and one in each of two others."""
    (home / "workspaces.yaml").write_text("workspaces: {team-a: {}, team-b: {}}\n")
    places = [workspace_named(name) for name in ("own", "team-a", "team-b")]
    return {
        place.name: run_store(place).create(kind="notebook", notebook="n.ipynb").run_id
        for place in places
    }


@pytest.fixture
def typed(capsys):
    def call(*words, door=None):
        capsys.readouterr()
        automl.main(list(words), standalone_mode=False, obj=door or Terminal())
        return [run["run_id"] for run in json.loads(capsys.readouterr().out)]

    return call


def test_the_option_goes_before_the_verb_or_after_it(kept, typed):
    assert typed("runs", "--json") == [kept["own"]]
    assert typed("--workspace", "team-a", "runs", "--json") == [kept["team-a"]]
    assert typed("runs", "--workspace", "team-b", "--json") == [kept["team-b"]]


def test_the_option_goes_before_the_environment(kept, typed, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_WORKSPACE", "team-b")

    assert typed("runs", "--json") == [kept["team-b"]]
    assert typed("--workspace", "team-a", "runs", "--json") == [kept["team-a"]]
    assert typed("--workspace", "own", "runs", "--json") == [kept["own"]]
    assert default_workspace().name == "team-b"


def test_the_magic_takes_it_too(kept, typed):
    result = typed("--workspace", "team-a", "runs", "--json", door=NotebookFrontend({}))

    assert result == [kept["team-a"]]


def test_a_workspace_that_is_not_there_is_refused_with_a_near_miss(kept, typed):
    with pytest.raises(WorkspaceError) as caught:
        typed("--workspace", "teama", "runs")
    assert caught.value.fix == "Use team-a."


def test_help_and_version_need_no_workspace(home, monkeypatch):
    (home / "workspaces.yaml").write_text("not: [right")
    monkeypatch.setenv("AUTOML_MAGIC_WORKSPACE", "team-a")
    for argv in (["--help"], ["version"], ["runs", "--help"]):
        code = f"from automl_magic.cli import main; main({argv!r})"
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
        assert result.returncode == 0
