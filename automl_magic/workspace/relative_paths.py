"""Relative paths in the environment become absolute once.

Otherwise `%cd` in a notebook, or a kernel that starts in another folder, would silently use another
workspace.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path

from automl_magic.errors import WorkspaceError
from automl_magic.workspace.workspace import (
    HOME_VARIABLE,
    PREDICTIONS_VARIABLE,
    REGISTRY_VARIABLE,
    STORE_VARIABLE,
    TRACKING_VARIABLE,
    WORKSPACES_VARIABLE,
    Database,
)

_PATHS = (HOME_VARIABLE, WORKSPACES_VARIABLE)
_DATABASES = (STORE_VARIABLE, PREDICTIONS_VARIABLE, TRACKING_VARIABLE, REGISTRY_VARIABLE)


def fix_relative_paths(environ: MutableMapping[str, str]) -> None:
    """Make the relative paths in a workspace's variables absolute, for this process and children.

    Raises
    ------
    WorkspaceError
        If there's a relative path, and the working directory has been deleted.
    """
    for name in _PATHS:
        path = expand_user(environ.get(name, ""), name)
        if environ.get(name) and not path.is_absolute():
            environ[name] = str(_working_directory(name) / path)
    for name in _DATABASES:
        file = Database(environ.get(name, "")).file
        if file is not None and not file.is_absolute():
            environ[name] = absolute_database(environ[name], _working_directory(name))


def absolute_database(url: str, folder: Path) -> str:
    """Return the URL of a database. The path of a SQLite file is relative to `folder`."""
    file = Database(url).file
    if file is None or file.is_absolute():
        return url
    kind, _, address = url.partition(":///")
    return f"{kind}:///{folder / file}{address[len(str(file)) :]}"


def expand_user(path: str, name: str) -> Path:
    """Return the path in a variable with the user's folder for `~`. Raises WorkspaceError."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise no_home_error(name) from error


def no_home_error(name: str) -> WorkspaceError:
    """Return the error for a system user without a home directory."""
    return WorkspaceError(
        "Can't find your home directory.",
        why="HOME isn't set, and this user has no home directory in the system.",
        fix=f"Set an absolute path: export {name}=/PATH",
    )


def _working_directory(name: str) -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise WorkspaceError(
            f"Can't resolve the relative path in {name}.",
            why="The working directory has been deleted.",
            fix=f"Set an absolute path: export {name}=…, or change to another folder: cd",
        ) from error
