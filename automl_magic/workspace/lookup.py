"""The selected workspace: a configured one, or the user's own."""

from __future__ import annotations

import json
import os

from automl_magic.errors import WorkspaceError
from automl_magic.records.codec import RecordProblem
from automl_magic.workspace.own import own_workspace
from automl_magic.workspace.relative_paths import fix_relative_paths
from automl_magic.workspace.workspace import OWN, WORKSPACE_VARIABLE, Workspace


def default_workspace() -> Workspace:
    """Return the workspace in `AUTOML_MAGIC_WORKSPACE`, by default the user's own.

    The variable has the name of a configured workspace. In child processes it has the workspace
    itself, as JSON.

    Raises
    ------
    WorkspaceError
        If there's no workspace with this name, or its folder can't be found.
    SpecError
        If the workspaces file can't be read.
    """
    value = os.environ.get(WORKSPACE_VARIABLE, "").strip()
    if value.startswith("{"):
        return _parse_workspace(value)
    return workspace_named(value or OWN)


def workspace_named(name: str) -> Workspace:
    """Return the workspace `own` or a configured one. Raises the errors of `default_workspace`."""
    fix_relative_paths(os.environ)
    if name == OWN:
        return own_workspace(os.environ)
    from automl_magic.workspace.configured import find_workspace

    return find_workspace(name, os.environ)


def workspace_names() -> list[str]:
    """Return the names of all workspaces. Raises SpecError."""
    from automl_magic.workspace.configured import configured

    fix_relative_paths(os.environ)
    return [OWN, *configured(os.environ)]


def _parse_workspace(text: str) -> Workspace:
    from automl_magic.workspace.entries import workspace_from_json

    try:
        return workspace_from_json(json.loads(text))
    except (ValueError, RecordProblem) as error:
        raise WorkspaceError(
            f"{WORKSPACE_VARIABLE} isn't a valid workspace.",
            why=f"It starts like a workspace in JSON, but reading it failed: {error}."[:400],
            fix=f"Set it to the name of a workspace: {WORKSPACE_VARIABLE}=NAME",
        ) from error
