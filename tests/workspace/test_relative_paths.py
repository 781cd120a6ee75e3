"""A relative path in the environment means one place: for the whole process and its children."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from automl_magic.errors import WorkspaceError
from automl_magic.workspace import Database, default_workspace
from automl_magic.workspace.configured import read_workspaces

SHOW = "from automl_magic.workspace import default_workspace; print(default_workspace().home)"


@pytest.fixture
def started(home, tmp_path, monkeypatch):
    """The working directory in which the process has started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUTOML_MAGIC_HOME", "mine")
    return tmp_path


def test_a_relative_home_stays_where_it_was_first_used(started, monkeypatch):
    assert default_workspace().home == started / "mine"

    (started / "notebooks").mkdir()
    monkeypatch.chdir(started / "notebooks")
    assert default_workspace().home == started / "mine"


def test_a_child_process_in_another_folder_uses_the_same_home(started):
    default_workspace()
    completed = subprocess.run(
        [sys.executable, "-c", SHOW], cwd="/", capture_output=True, text=True, check=True
    )
    assert completed.stdout.strip() == str(started / "mine")


def test_a_kernel_fixes_the_home_before_the_first_cd(started, tmp_path, monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "automl_magic")
    shell.run_cell("%cd -q /")
    assert default_workspace().home == started / "mine"
    InteractiveShell.clear_instance()


def test_kernels_of_a_jupyter_server_use_its_home(started):
    """The server itself is replaced by what the extension needs of it."""
    from types import SimpleNamespace

    from automl_magic_lab import _load_jupyter_server_extension

    web_app = SimpleNamespace(settings={"base_url": "/"}, add_handlers=lambda *_: None)
    _load_jupyter_server_extension(SimpleNamespace(web_app=web_app))
    assert os.environ["AUTOML_MAGIC_HOME"] == str(started / "mine")


@pytest.mark.parametrize(
    ("url", "absolute"),
    [
        ("sqlite:///own.db", "sqlite:///{}/own.db"),
        ("sqlite:///data/own.db?timeout=5", "sqlite:///{}/data/own.db?timeout=5"),
        ("sqlite:////srv/own.db", "sqlite:////srv/own.db"),
        ("postgresql://automl@db/automl", "postgresql://automl@db/automl"),
    ],
)
def test_a_database_is_relative_to_where_it_was_first_used(started, monkeypatch, url, absolute):
    for name in ("AUTOML_MAGIC_STORE", "MLFLOW_TRACKING_URI"):
        monkeypatch.setenv(name, url)

    assert default_workspace().store == Database(absolute.format(started))
    assert default_workspace().tracking_uri == absolute.format(started)


def test_a_database_in_the_workspaces_file_is_relative_to_the_file(home, tmp_path):
    path = tmp_path / "workspaces.yaml"
    path.write_text(
        "workspaces:\n  team-a: {store: 'sqlite:///a.db', tracking: 'sqlite:///m.db'}\n"
    )

    workspace = read_workspaces(path, home, "ada")["team-a"]
    assert workspace.store.file == tmp_path / "a.db"
    assert workspace.tracking_uri == f"sqlite:///{tmp_path}/m.db"


def test_a_relative_home_in_a_deleted_folder_is_refused(started, monkeypatch):
    gone = started / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    with pytest.raises(WorkspaceError, match="relative path in AUTOML_MAGIC_HOME"):
        default_workspace()


def test_a_relative_data_folder_is_ignored(home, monkeypatch):
    """As the XDG Base Directory Specification says."""
    monkeypatch.delenv("AUTOML_MAGIC_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "data")

    assert default_workspace().home == Path.home() / ".local/share/automl-magic"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without a home")
def test_a_user_without_a_home_is_told_to_set_one(home):
    code = (
        "import os; from automl_magic.workspace import default_workspace\n"
        "from automl_magic.errors import WorkspaceError\n"
        "import automl_magic.workspace.own\n"
        "os.setuid(54321)\n"
        "try: default_workspace()\n"
        "except WorkspaceError as error: print(error.fix)"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("HOME", "AUTOML_MAGIC_HOME")}
    completed = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert completed.stdout.strip() == "Set an absolute path: export AUTOML_MAGIC_HOME=/PATH"
