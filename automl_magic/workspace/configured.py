"""The file of workspaces: each with its places and databases, and never with a password.

    workspaces:
      team-a:
        home: /srv/automl/team-a
        store: {url: "postgresql://team_a@db/automl", schema: team_a}
        tracking: {uri: "https://mlflow.example", workspace: team-a}
        secrets: {SLACK: "file:/run/secrets/slack"}

It is `workspaces.yaml` in the person's own folder, or the file that `AUTOML_MAGIC_WORKSPACES`
names. Who acts does not stand in it: a file can write any name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from automl_magic.errors import WorkspaceError, near_miss, shorten
from automl_magic.files.yaml_text import Form, compose, read_text, value_of, with_line
from automl_magic.records.codec import RecordProblem
from automl_magic.workspace.actor import system_user
from automl_magic.workspace.entries import Entry, Workspaces, workspace_of
from automl_magic.workspace.own import own_home
from automl_magic.workspace.workspace import OWN, Workspace

FILE_VARIABLE = "AUTOML_MAGIC_WORKSPACES"
FILE_NAME = "workspaces.yaml"
FORM = Form(
    noun="file of workspaces",
    article_noun="a file of workspaces",
    example="workspaces:",
    write_one="Write one as docs/howto/workspaces.md shows.",
    compare="Compare with the file in docs/howto/workspaces.md",
)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def find(name: str, environ: Mapping[str, str]) -> Workspace:
    """Return the configured workspace of this name, in which the user of the system acts.

    Raises
    ------
    WorkspaceError
        If there is none.
    SpecError
        If the file cannot be read.
    """
    path, known = workspaces_file(environ), configured(environ)
    if name in known:
        return known[name]
    close = near_miss(name, (*known, OWN))
    raise WorkspaceError(
        f"There is no workspace {name[:60]!r}.",
        why=f"{path} has {shorten(list(known))}."
        if known
        else f"None is configured: there is no {path}.",
        fix=f"Use {close}." if close else "Add it to that file; see docs/howto/workspaces.md.",
    )


def configured(environ: Mapping[str, str]) -> dict[str, Workspace]:
    """Return the configured workspaces by their names. Raises SpecError."""
    path = workspaces_file(environ)
    return read_workspaces(path, own_home(environ), system_user()) if path.exists() else {}


def workspaces_file(environ: Mapping[str, str]) -> Path:
    """Return where the file of workspaces lies, whether it is there or not."""
    if chosen := environ.get(FILE_VARIABLE):
        return Path(chosen).expanduser().absolute()
    return own_home(environ) / FILE_NAME


def read_workspaces(path: Path, own: Path, actor: str) -> dict[str, Workspace]:
    """Read a file of workspaces, strictly.

    Parameters
    ----------
    own : Path
        The person's own folder: a workspace without a home lies in `workspaces/NAME` of it.
    actor : str
        Who acts in them.

    Raises
    ------
    SpecError
        If it is missing or not YAML, has an unknown field or a password, or two workspaces share
        a place. The error names the line.
    """
    root = compose(read_text(path, FORM), path.name, FORM)
    try:
        entries = Workspaces.from_json(value_of(root, path.name)).workspaces
        made: dict[str, Workspace] = {}
        for name, entry in entries.items():
            _check(name, entry)
            home = path.parent / Path(entry.home or own / "workspaces" / name).expanduser()
            made[name] = workspace_of(entry, name, actor, home)
            _check_apart(made[name], [one for one in made.values() if one.name != name], own)
    except RecordProblem as problem:
        raise with_line(problem, root, path.name) from problem
    return made


def _check(name: str, entry: Entry) -> None:
    if name == OWN or not _NAME.fullmatch(name):
        raise RecordProblem(
            ("workspaces", name),
            f"a name of small letters, digits and '-', other than {OWN!r}",
            f"the name {name[:60]!r}",
        )
    for field in ("store", "predictions", "tracking"):
        value = getattr(entry, field)
        urls = {None: value} if isinstance(value, str) else value.to_json() if value else {}
        for part, url in urls.items():
            if url and urlsplit(url).password is not None:
                raise RecordProblem(
                    ("workspaces", name, field, *([part] if part else [])),
                    "an address without a password, which belongs into ~/.pgpass or the file that "
                    "`?passfile=/PATH` names",
                    "one with a password",
                )


def _check_apart(made: Workspace, others: list[Workspace], own: Path) -> None:
    """Refuse a workspace in which somebody would find what is another one's."""
    if made.home == own:
        raise RecordProblem(
            ("workspaces", made.name, "home"), "a place of its own", "that of your own workspace"
        )
    for other in others:
        for field in ("home", "store"):
            if getattr(made, field) == getattr(other, field):
                raise RecordProblem(
                    ("workspaces", made.name, field),
                    "a place of its own",
                    f"that of {other.name}",
                )
