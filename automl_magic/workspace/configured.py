"""The workspaces file, with the folders and databases of each workspace, but no passwords.

    workspaces:
      team-a:
        home: /srv/automl/team-a
        store: {url: "postgresql://team_a@db/automl", schema: team_a}
        tracking: {uri: "https://mlflow.example", workspace: team-a}
        secrets: {SLACK: "file:/run/secrets/slack"}

It's `workspaces.yaml` in the user's own folder, or the file in `AUTOML_MAGIC_WORKSPACES`. It
doesn't set the acting user, because a file could have any name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from automl_magic.errors import WorkspaceError, closest_match, shorten
from automl_magic.files.yaml_text import FileFormat, field_error, node_value, parse_yaml, read_text
from automl_magic.records.codec import RecordProblem
from automl_magic.workspace.actor import system_user
from automl_magic.workspace.entries import WorkspaceEntry, WorkspacesFile, workspace_of
from automl_magic.workspace.own import own_home
from automl_magic.workspace.relative_paths import expand_user
from automl_magic.workspace.workspace import OWN, WORKSPACES_VARIABLE, Workspace

FILE_NAME = "workspaces.yaml"
FORM = FileFormat(
    noun="workspaces file",
    article_noun="a workspaces file",
    example="workspaces:",
    create_hint="Create one as in docs/howto/workspaces.md.",
    compare_hint="Compare it with the file in docs/howto/workspaces.md",
)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def find_workspace(name: str, environ: Mapping[str, str]) -> Workspace:
    """Return the configured workspace with this name. The acting user is the system user.

    Raises
    ------
    WorkspaceError
        If the workspace doesn't exist.
    SpecError
        If the file can't be read.
    """
    path, workspaces = workspaces_file(environ), configured(environ)
    if name in workspaces:
        return workspaces[name]
    close = closest_match(name, (*workspaces, OWN))
    raise WorkspaceError(
        f"There's no workspace {name[:60]!r}.",
        why=f"The workspaces in {path} are {shorten(list(workspaces))}."
        if workspaces
        else f"No workspaces are configured in {path}.",
        fix=f"Use {close}." if close else "Add it to this file as in docs/howto/workspaces.md.",
    )


def configured(environ: Mapping[str, str]) -> dict[str, Workspace]:
    """Return the configured workspaces by name. Raises SpecError."""
    path = workspaces_file(environ)
    return read_workspaces(path, own_home(environ), system_user()) if path.exists() else {}


def workspaces_file(environ: Mapping[str, str]) -> Path:
    """Return the path of the workspaces file, which may not exist."""
    if path := environ.get(WORKSPACES_VARIABLE):
        return expand_user(path, WORKSPACES_VARIABLE).absolute()
    return own_home(environ) / FILE_NAME


def read_workspaces(path: Path, own: Path, actor: str) -> dict[str, Workspace]:
    """Read and validate a workspaces file.

    Parameters
    ----------
    path : Path
        The file.
    own : Path
        The user's own folder. The default home of a workspace is `workspaces/NAME` in it.
    actor : str
        The acting user.

    Raises
    ------
    SpecError
        If the file is missing or isn't YAML, has an unknown field or a password, or two workspaces
        share a folder or a store. The error names the line.
    """
    root = parse_yaml(read_text(path, FORM), path.name, FORM)
    try:
        entries = WorkspacesFile.from_json(node_value(root, path.name)).workspaces
        workspaces: dict[str, Workspace] = {}
        for name, entry in entries.items():
            _check_entry(name, entry)
            home = path.parent / Path(entry.home or own / "workspaces" / name).expanduser()
            workspace = workspace_of(entry, name, actor, home, path.parent)
            _check_separate(workspace, list(workspaces.values()), own)
            workspaces[name] = workspace
    except RecordProblem as problem:
        raise field_error(problem, root, path.name) from problem
    return workspaces


def _check_entry(name: str, entry: WorkspaceEntry) -> None:
    if name == OWN or not _NAME.fullmatch(name):
        raise RecordProblem(
            ("workspaces", name),
            f"a name of lowercase letters, digits and '-', other than {OWN!r}",
            f"the name {name[:60]!r}",
        )
    for field in ("store", "predictions", "tracking"):
        value = getattr(entry, field)
        urls = {None: value} if isinstance(value, str) else value.to_json() if value else {}
        for part, url in urls.items():
            if url and urlsplit(url).password is not None:
                raise RecordProblem(
                    ("workspaces", name, field, *([part] if part else [])),
                    "an address without a password. Put it in ~/.pgpass or the file in "
                    "`?passfile=/PATH`",
                    "an address with a password",
                )


def _check_separate(workspace: Workspace, previous: list[Workspace], own: Path) -> None:
    """Raise RecordProblem if a workspace shares its home or store with another one."""
    if workspace.home == own:
        raise RecordProblem(
            ("workspaces", workspace.name, "home"),
            "a separate folder",
            "that of your own workspace",
        )
    for other_workspace in previous:
        for field, expected in (("home", "a separate folder"), ("store", "a separate database")):
            if getattr(workspace, field) == getattr(other_workspace, field):
                raise RecordProblem(
                    ("workspaces", workspace.name, field),
                    expected,
                    f"that of {other_workspace.name}",
                )
