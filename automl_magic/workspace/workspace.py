"""Workspace: the acting user, the home folder, the databases, the policy and the secrets.

All actions need a workspace. Only the frontends read it from the environment or the operating
system, so that one process can act for two users at the same time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from automl_magic.errors import SecretError
from automl_magic.records.codec import json_text

OWN = "own"
LOCAL_POLICY = "local"
# Environment variables for the workspace of a child process. Users can set them, too.
WORKSPACE_VARIABLE = "AUTOML_MAGIC_WORKSPACE"
WORKSPACES_VARIABLE = "AUTOML_MAGIC_WORKSPACES"
HOME_VARIABLE = "AUTOML_MAGIC_HOME"
STORE_VARIABLE = "AUTOML_MAGIC_STORE"
PREDICTIONS_VARIABLE = "AUTOML_MAGIC_PREDICTIONS"
SECRET_PREFIX = "AUTOML_MAGIC_SECRET_"  # noqa: S105 - the beginning of a variable's name
TRACKING_VARIABLE = "MLFLOW_TRACKING_URI"
REGISTRY_VARIABLE = "MLFLOW_REGISTRY_URI"
MLFLOW_WORKSPACE_VARIABLE = "MLFLOW_WORKSPACE"
SECRET_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Database:
    """A database: its address, and in PostgreSQL the workspace's schema.

    The default schema is the first one in the role's `search_path`.
    """

    url: str = field(repr=False)  # it can contain a password
    schema: str | None = None

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database, or None for a server or an in-memory database."""
        kind, _, address = self.url.partition("://")
        name = address.removeprefix("/").partition("?")[0]
        is_file = kind.partition("+")[0] == "sqlite" and name not in ("", ":memory:")
        return Path(name) if is_file else None


@dataclass(frozen=True)
class Tracking:
    """MLflow's tracking and registry addresses, as in `Workspace.tracking`.

    `home` is the folder for the artifacts if the store isn't a file. `workspace` is
    the workspace on an MLflow server with several workspaces.
    """

    uri: str = field(repr=False)
    home: Path
    registry_uri: str | None = field(default=None, repr=False)
    workspace: str | None = None


@dataclass(frozen=True)
class Workspace:
    """The workspace in which a user acts.

    Parameters
    ----------
    name : str
        Name of the workspace. `own` for the user's own.
    actor : str
        The acting user, as in the audit log.
    home : Path
        Folder for runs, models, keys, drafts, monitors and caches.
    store : Database
        Database for approvals, routes, alerts and the audit log.
    predictions : Database
        Database for predictions and outcomes.
    tracking_uri : str
        Address of MLflow's tracking store.
    registry_uri : str, optional
        Address of MLflow's model registry. Default: the tracking store.
    tracking_workspace : str, optional
        Workspace on an MLflow server with several workspaces.
    policy : str
        Name of the policy for approvals and promotions.
    secrets : mapping
        References to secrets by name, such as `env:SLACK_URL` or `file:/run/secrets/slack`.
    """

    name: str
    actor: str
    home: Path
    store: Database
    predictions: Database
    tracking_uri: str = field(repr=False)
    registry_uri: str | None = field(default=None, repr=False)
    tracking_workspace: str | None = None
    policy: str = LOCAL_POLICY
    secrets: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def tracking(self) -> Tracking:
        """The settings for a connection to MLflow."""
        return Tracking(
            uri=self.tracking_uri,
            home=self.home,
            registry_uri=self.registry_uri,
            workspace=self.tracking_workspace,
        )

    def reference(self, name: str) -> str:
        """Return the reference of a secret: from `secrets`, or a file in the home folder.

        A name can't refer to other variables or files, because the author of a file with the name
        may not have access to them.

        Raises
        ------
        SecretError
            If the name isn't a valid secret name.
        """
        if not SECRET_NAME.fullmatch(name):
            raise SecretError(
                f"{name[:60]!r} isn't a valid name of a secret.",
                why="Names start with a capital letter and have capital letters, digits and '_'.",
                fix="Use a name in capital letters.",
            )
        return self.secrets.get(name) or f"file:{self.home / 'secrets' / name}"

    def secret(self, name: str) -> str:
        """Return a secret of this workspace.

        Raises
        ------
        SecretError
            If the secret doesn't exist, or other users can read its file.
        """
        from automl_magic.secrets import resolve_secret

        return resolve_secret(self.reference(name))

    def environment(self) -> dict[str, str]:
        """Return the environment variables with which a child process uses this workspace.

        They override the variables of this process. These don't change, because another thread can
        use another workspace. In the child, `default_workspace` returns an equal workspace.
        """
        if self.name == OWN:
            # The same variables that users set, so that a shell in the child can change them.
            variables = {
                WORKSPACE_VARIABLE: "",
                HOME_VARIABLE: str(self.home),
                STORE_VARIABLE: "" if self.store == default_store(self.home) else self.store.url,
                PREDICTIONS_VARIABLE: ""
                if self.predictions == default_predictions(self.store)
                else self.predictions.url,
            }
            if self.tracking_uri != default_tracking_uri(self.home):
                variables[TRACKING_VARIABLE] = self.tracking_uri
            return variables
        return {
            WORKSPACE_VARIABLE: json_text(self.to_json()),
            HOME_VARIABLE: str(self.home),
            # Unset the variables of the parent process.
            STORE_VARIABLE: "",
            PREDICTIONS_VARIABLE: "",
            # For notebooks that use MLflow directly.
            TRACKING_VARIABLE: self.tracking_uri,
            REGISTRY_VARIABLE: self.registry_uri or "",
            MLFLOW_WORKSPACE_VARIABLE: self.tracking_workspace or "",
        }

    def to_json(self) -> dict[str, object]:
        """Return the workspace as JSON types, for `entries.from_json`."""
        return {
            "name": self.name,
            "actor": self.actor,
            "home": str(self.home),
            "store": {"url": self.store.url, "schema": self.store.schema},
            "predictions": {"url": self.predictions.url, "schema": self.predictions.schema},
            "tracking": {
                "uri": self.tracking_uri,
                "registry": self.registry_uri,
                "workspace": self.tracking_workspace,
            },
            "policy": self.policy,
            "secrets": dict(self.secrets),
        }


def default_store(home: Path) -> Database:
    """Return the default store of a home folder."""
    return Database(f"{_SQLITE}{home / 'store.db'}")


def default_predictions(store: Database) -> Database:
    """Return the default database for predictions.

    On a server, it's the same database as the store. For a SQLite store, it's a separate file, so
    that its writers never wait for promotions.
    """
    file = store.file
    return store if file is None else Database(f"{_SQLITE}{file.with_name('predictions.db')}")


def default_tracking_uri(home: Path) -> str:
    """Return the default tracking URI of a home folder."""
    return f"{_SQLITE}{home / 'mlflow.db'}"
