"""A workspace as a value: the person's own, handed to a child process, and its secrets."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from automl_magic.errors import SecretError, WorkspaceError
from automl_magic.workspace import Database, Workspace, default_workspace


@pytest.fixture
def team(home):
    """A workspace that nobody has configured: a service has made it."""
    return Workspace(
        name="team-a",
        actor="alice",
        home=home / "a",
        store=Database("postgresql://a@db/automl", "team_a"),
        predictions=Database("postgresql://a@db/automl", "team_a"),
        tracking_uri="http://mlflow.example",
        tracking_workspace="team-a",
        secrets={"SLACK": "env:TEAM_A_SLACK"},
    )


def test_the_own_workspace_lies_in_the_home_and_its_actor_is_the_systems_user(home, monkeypatch):
    monkeypatch.setenv("USER", "mallory")
    monkeypatch.setenv("LOGNAME", "mallory")

    own = default_workspace()

    assert own.actor == pwd.getpwuid(os.geteuid()).pw_name
    assert own.home == home
    assert own.store == Database(f"sqlite:///{home}/store.db")
    assert own.predictions == Database(f"sqlite:///{home}/predictions.db")
    assert own.tracking_uri == f"sqlite:///{home}/mlflow.db"


def test_predictions_lie_beside_a_store_that_is_a_file_and_in_one_that_is_a_server(
    home, monkeypatch
):
    monkeypatch.setenv("AUTOML_MAGIC_STORE", "sqlite:////srv/store.db?timeout=5")
    assert default_workspace().predictions == Database("sqlite:////srv/predictions.db")

    monkeypatch.setenv("AUTOML_MAGIC_STORE", "postgresql://automl@db/automl")
    assert default_workspace().predictions == Database("postgresql://automl@db/automl")


def test_an_own_folder_that_nobody_names_is_in_the_users_data(monkeypatch):
    monkeypatch.delenv("AUTOML_MAGIC_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/data")

    assert default_workspace().home == Path("/data/automl-magic")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"AUTOML_MAGIC_STORE": "postgresql://automl@db/automl"},
        {"AUTOML_MAGIC_PREDICTIONS": "sqlite:////elsewhere/p.db"},
        {"MLFLOW_TRACKING_URI": "http://mlflow.example"},
    ],
)
def test_a_child_process_finds_the_own_workspace_of_its_parent(home, monkeypatch, said):
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    own = default_workspace()

    for name in said:  # of the parent's environment nothing counts but what it handed over
        monkeypatch.delenv(name)
    monkeypatch.setenv("AUTOML_MAGIC_HOME", "/somewhere/else")
    monkeypatch.setenv("AUTOML_MAGIC_WORKSPACE", "nobody-knows-it")
    for name, value in own.environment().items():
        monkeypatch.setenv(name, value)

    assert default_workspace() == own


def test_a_child_process_finds_a_workspace_that_no_file_names(team, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_STORE", "sqlite:////the/services/own.db")
    for name, value in team.environment().items():
        monkeypatch.setenv(name, value)

    assert default_workspace() == team
    # What is the service's own is nothing that its child should find.
    assert not os.environ["AUTOML_MAGIC_STORE"]
    assert os.environ["MLFLOW_TRACKING_URI"] == "http://mlflow.example"


def test_handing_a_workspace_over_changes_nothing_of_this_process(team):
    before = dict(os.environ)
    team.environment()

    assert dict(os.environ) == before


@pytest.mark.parametrize("said", ["{", '{"name": "x"}', "{}"])
def test_what_is_no_workspace_is_refused(home, monkeypatch, said):
    monkeypatch.setenv("AUTOML_MAGIC_WORKSPACE", said)

    with pytest.raises(WorkspaceError, match="isn't a valid workspace"):
        default_workspace()


def test_a_password_is_in_no_text_of_a_workspace(team):
    workspace = Workspace(
        name="team-a",
        actor="alice",
        home=team.home,
        store=Database("postgresql://a:hunter2@db/automl"),
        predictions=Database("postgresql://a:hunter2@db/automl"),
        tracking_uri="http://a:hunter2@mlflow.example",
    )
    assert "hunter2" not in repr(workspace) + repr(workspace.tracking)


def test_a_secret_is_the_entry_of_its_name(team, monkeypatch):
    monkeypatch.setenv("TEAM_A_SLACK", "https://hooks.example/a")

    assert team.secret("SLACK") == "https://hooks.example/a"


def test_a_secret_without_an_entry_is_a_file_of_the_home(team):
    path = team.home / "secrets" / "MAIL"
    path.parent.mkdir(parents=True)
    path.write_text("hunter2\n")
    path.chmod(0o600)

    assert team.secret("MAIL") == "hunter2"


def test_a_variable_of_the_service_is_no_secret_of_a_team(team, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_SECRET_PAGER", "the service's own")

    assert default_workspace().secret("PAGER") == "the service's own"
    with pytest.raises(SecretError, match="There's no secret"):
        team.secret("PAGER")


@pytest.mark.parametrize("name", ["../keys/governance.pem", "slack", "", "A/B"])
def test_the_name_of_a_secret_leads_nowhere_else(team, name):
    with pytest.raises(SecretError, match="isn't a valid name of a secret"):
        team.secret(name)


def test_a_workspace_is_made_without_loading_a_database_or_mlflow(home):
    code = (
        "import sys; from automl_magic.workspace import default_workspace; default_workspace()\n"
        "print([n for n in ('sqlalchemy', 'mlflow', 'yaml', 'pandas') if n in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.strip() == "[]"
