"""The file of workspaces, and choosing one of them."""

import pytest
import yaml

from automl_magic.errors import SpecError, WorkspaceError
from automl_magic.workspace import Database, default_workspace, workspace_named
from automl_magic.workspace.actor import system_user

BOTH = {
    "team-a": {
        "home": "/srv/team-a",
        "store": {"url": "postgresql://team_a@db/automl", "schema": "team_a"},
        "tracking": {"uri": "https://mlflow.example", "workspace": "team-a"},
        "secrets": {"SLACK": "file:/run/secrets/slack"},
    },
    "team-b": {"home": "b"},
}


@pytest.fixture
def write(home):
    def write_file(text, path=None):
        path = path or home / "workspaces.yaml"
        path.write_text(text if isinstance(text, str) else yaml.safe_dump({"workspaces": text}))
        return path

    return write_file


def test_a_workspace_of_the_file_is_chosen_by_the_environment(write, monkeypatch):
    write(BOTH)
    monkeypatch.setenv("AUTOML_MAGIC_WORKSPACE", "team-a")

    workspace = default_workspace()

    assert (workspace.name, workspace.actor, str(workspace.home)) == (
        "team-a",
        system_user(),
        "/srv/team-a",
    )
    assert workspace.store == Database("postgresql://team_a@db/automl", "team_a")
    assert workspace.predictions == workspace.store
    assert (workspace.tracking_uri, workspace.tracking_workspace) == (
        "https://mlflow.example",
        "team-a",
    )
    assert workspace.secrets == {"SLACK": "file:/run/secrets/slack"}


def test_what_an_entry_leaves_out_lies_in_its_home(write, home):
    write(BOTH)

    workspace = workspace_named("team-b")

    assert workspace.home == home / "b"
    assert workspace.store == Database(f"sqlite:///{home}/b/store.db")
    assert workspace.predictions == Database(f"sqlite:///{home}/b/predictions.db")
    assert workspace.tracking_uri == f"sqlite:///{home}/b/mlflow.db"


def test_a_workspace_without_a_home_lies_in_the_persons_own_folder(write, home):
    write({"solo": {}})

    assert workspace_named("solo").home == home / "workspaces" / "solo"


def test_the_file_may_lie_elsewhere(write, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_WORKSPACES", str(write(BOTH, tmp_path / "ours.yaml")))

    assert workspace_named("team-b").home == tmp_path / "b"


def test_the_own_workspace_has_a_name_too(write, home, monkeypatch):
    write(BOTH)
    monkeypatch.setenv("AUTOML_MAGIC_WORKSPACE", "team-a")

    assert workspace_named("own").home == home


def test_an_unknown_workspace_is_refused_with_a_near_miss(write):
    write(BOTH)

    with pytest.raises(WorkspaceError, match="There's no workspace 'team_a'") as caught:
        workspace_named("team_a")
    assert "team-a, team-b" in caught.value.why
    assert caught.value.fix == "Use team-a."


def test_where_nothing_is_configured_the_error_says_where(home):
    with pytest.raises(WorkspaceError) as caught:
        workspace_named("team-a")
    assert str(home / "workspaces.yaml") in caught.value.why


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("workspaces:\n  a:\n    hime: /x\n", 3, "unknown field 'hime'"),
        ("workspaces:\n  a:\n    home: 3\n", 3, "workspaces.a.home can't be the number 3"),
        ("workspaces: {A b: {}}\n", 1, "the name 'A b'"),
        ("workspaces:\n  own: {}\n", 2, "the name 'own'"),
        ("workspaces:\n  a: {}\n  a: {}\n", 3, "'a' is set twice"),
        ("workspaces: [a\n", 2, "isn't valid YAML"),
        ("", 1, "isn't a workspaces file"),
        ("teams: {}\n", 1, "unknown field 'teams'"),
        (
            "workspaces:\n  a:\n    store: postgresql://a:hunter2@db/x\n",
            3,
            "store can't be an address with a password",
        ),
        (
            "workspaces:\n  a:\n    store:\n      url: postgresql://a:hunter2@db/x\n",
            4,
            "url can't be an address with a password",
        ),
        (
            "workspaces:\n  a:\n    store: {url: 'sqlite:////x', schema: a}\n",
            3,
            "schema can't be the text 'a'",
        ),
        (
            "workspaces:\n  a:\n    store: {url: 'postgresql://db/x', schema: 'a\"; --'}\n",
            3,
            "schema can't be",
        ),
        ("workspaces:\n  a:\n    secrets: {SLACK: hunter2}\n", 3, "secrets can't be"),
        ("workspaces:\n  a:\n    secrets: {slack: 'env:X'}\n", 3, "secrets can't be"),
        ("workspaces:\n  a: {home: /x}\n  b:\n    home: /x\n", 4, "home can't be that of a"),
        ("workspaces:\n  a:\n    home: .\n", 3, "home can't be that of your own workspace"),
        (
            "workspaces:\n  a:\n    store: 'sqlite:////s'\n  b:\n    store: 'sqlite:////s'\n",
            5,
            "store can't be that of a",
        ),
    ],
)
def test_a_broken_file_is_refused_with_the_line(write, text, line, says):
    write(text)

    with pytest.raises(SpecError) as caught:
        workspace_named("a")
    assert caught.value.what.startswith(f"workspaces.yaml, line {line}:")
    assert says in caught.value.what
    assert "hunter2" not in str(caught.value)


def test_two_teams_may_share_a_database_in_schemas_of_their_own(write):
    url = "postgresql://db/automl"
    write({name: {"store": {"url": url, "schema": name}} for name in ("a", "b")})

    assert workspace_named("a").store != workspace_named("b").store
