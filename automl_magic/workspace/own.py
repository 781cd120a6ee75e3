"""The person's own workspace: the one place that asks the environment and the operating system."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from automl_magic.workspace.actor import system_user
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
    beside,
    store_in,
    tracking_in,
)


def own_workspace(environ: Mapping[str, str]) -> Workspace:
    """Return the workspace of whoever runs this process, in their own folder.

    `AUTOML_MAGIC_HOME` names the folder; otherwise it is `automl-magic` in the user's data folder.
    `AUTOML_MAGIC_STORE`, `AUTOML_MAGIC_PREDICTIONS` and `MLFLOW_TRACKING_URI` name databases that
    lie elsewhere, and `AUTOML_MAGIC_SECRET_NAME` holds the secret NAME.
    """
    home = own_home(environ)
    chosen = environ.get(STORE_VARIABLE)
    store = Database(chosen) if chosen else store_in(home)
    predictions = environ.get(PREDICTIONS_VARIABLE)
    return Workspace(
        name=OWN,
        actor=system_user(),
        home=home,
        store=store,
        predictions=Database(predictions) if predictions else beside(store),
        tracking_uri=environ.get(TRACKING_VARIABLE) or tracking_in(home),
        registry_uri=environ.get(REGISTRY_VARIABLE) or None,
        tracking_workspace=environ.get(MLFLOW_WORKSPACE_VARIABLE) or None,
        secrets={
            name.removeprefix(SECRET_PREFIX): f"env:{name}"
            for name in environ
            if name.startswith(SECRET_PREFIX)
        },
    )


def own_home(environ: Mapping[str, str]) -> Path:
    """Return the person's own folder."""
    if chosen := environ.get(HOME_VARIABLE):
        return Path(chosen).expanduser().absolute()
    data = environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "automl-magic"
