"""The user's own workspace. Only this module reads it from the environment and the system."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from automl_magic.workspace.actor import system_user
from automl_magic.workspace.relative_paths import expand_user
from automl_magic.workspace.workspace import (
    HOME_VARIABLE,
    MLFLOW_WORKSPACE_VARIABLE,
    OWN,
    PREDICTIONS_VARIABLE,
    REGISTRY_VARIABLE,
    SECRET_PREFIX,
    STORE_VARIABLE,
    TRACKING_VARIABLE,
    Database,
    Workspace,
    default_predictions,
    default_store,
    default_tracking_uri,
)


def own_workspace(environ: Mapping[str, str]) -> Workspace:
    """Return the own workspace of the user who runs this process.

    `AUTOML_MAGIC_HOME` sets its folder. The default is `automl-magic` in the user's data folder.
    `AUTOML_MAGIC_STORE`, `AUTOML_MAGIC_PREDICTIONS` and `MLFLOW_TRACKING_URI` set other databases.
    `AUTOML_MAGIC_SECRET_NAME` has the secret NAME.
    """
    home = own_home(environ)
    store_url = environ.get(STORE_VARIABLE)
    store = Database(store_url) if store_url else default_store(home)
    predictions = environ.get(PREDICTIONS_VARIABLE)
    return Workspace(
        name=OWN,
        actor=system_user(),
        home=home,
        store=store,
        predictions=Database(predictions) if predictions else default_predictions(store),
        tracking_uri=environ.get(TRACKING_VARIABLE) or default_tracking_uri(home),
        registry_uri=environ.get(REGISTRY_VARIABLE) or None,
        tracking_workspace=environ.get(MLFLOW_WORKSPACE_VARIABLE) or None,
        secrets={
            name.removeprefix(SECRET_PREFIX): f"env:{name}"
            for name in environ
            if name.startswith(SECRET_PREFIX)
        },
    )


def own_home(environ: Mapping[str, str]) -> Path:
    """Return the user's own folder. Raises WorkspaceError if the user has no home directory."""
    if folder := environ.get(HOME_VARIABLE):
        return expand_user(folder, HOME_VARIABLE).absolute()
    data = Path(environ.get("XDG_DATA_HOME", ""))
    if not data.is_absolute():  # a relative one must be ignored (XDG Base Directory Specification)
        data = expand_user("~", HOME_VARIABLE) / ".local" / "share"
    return data / "automl-magic"
