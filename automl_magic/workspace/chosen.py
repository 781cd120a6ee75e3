"""Which workspace a front door acts in: the one that was named, or the person's own."""

from __future__ import annotations

import json
import os

from automl_magic.errors import WorkspaceError
from automl_magic.records.codec import RecordProblem
from automl_magic.workspace.own import own_workspace
from automl_magic.workspace.workspace import OWN, WORKSPACE_VARIABLE, Workspace


def default_workspace() -> Workspace:
    """Return the workspace that the environment says: `AUTOML_MAGIC_WORKSPACE`, or the own one.

    The variable holds the name of a configured workspace. In a process that we have started it
    holds the workspace itself, as JSON.

    Raises
    ------
    WorkspaceError
        If no workspace has this name.
    SpecError
        If the file of workspaces cannot be read.
    """
    said = os.environ.get(WORKSPACE_VARIABLE, "").strip()
    if said.startswith("{"):
        return _handed(said)
    return workspace_named(said or OWN)


def workspace_named(name: str) -> Workspace:
    """Return the workspace of a name: `own`, or one of the file. Raises as `default_workspace`."""
    if name == OWN:
        return own_workspace(os.environ)
    from automl_magic.workspace.configured import find

    return find(name, os.environ)


def workspace_names() -> list[str]:
    """Return the names among which one can choose. Raises SpecError."""
    from automl_magic.workspace.configured import configured

    return [OWN, *configured(os.environ)]


def _handed(text: str) -> Workspace:
    from automl_magic.workspace.entries import from_json

    try:
        return from_json(json.loads(text))
    except (ValueError, RecordProblem) as error:
        raise WorkspaceError(
            f"{WORKSPACE_VARIABLE} holds no workspace.",
            why=f"It begins like one that was handed over by automl-magic, and is none: {error}."[
                :400
            ],
            fix=f"Write the name of a workspace: {WORKSPACE_VARIABLE}=NAME",
        ) from error
