"""Workspace: who acts, where runs and models lie, which databases, which policy, which secrets.

Whatever is done is done in a workspace. Nothing below a front door asks the environment or the
operating system for any of this, so one process can act for two people at the same time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from automl_magic.errors import SecretError

OWN = "own"
LOCAL_POLICY = "local"
# What a child process finds its workspace by. The names are for people to set, too.
WORKSPACE_VARIABLE = "AUTOML_MAGIC_WORKSPACE"
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
    """A database of ours: its address, and in PostgreSQL the schema that is ours alone.

    Without a schema it is the one that the role's own `search_path` begins with.
    """

    url: str = field(repr=False)  # a password may stand in it
    schema: str | None = None

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database; None for a server, and for one in memory."""
        kind, _, rest = self.url.partition("://")
        name = rest.removeprefix("/").partition("?")[0]
        is_file = kind.partition("+")[0] == "sqlite" and name not in ("", ":memory:")
        return Path(name) if is_file else None


@dataclass(frozen=True)
class Tracking:
    """Where MLflow keeps runs and models, as `Workspace.tracking` says it.

    `home` is for what has no place of its own where the store is no file: its lock, its artifacts.
    `workspace` is that of an MLflow server which has several.
    """

    uri: str = field(repr=False)
    home: Path
    registry_uri: str | None = field(default=None, repr=False)
    workspace: str | None = None


@dataclass(frozen=True)
class Workspace:
    """Where somebody works.

    Parameters
    ----------
    name : str
        `own` for the person's own.
    actor : str
        Who acts. This name stands in the audit log.
    home : Path
        The folder of runs, models, keys, drafts, monitors and caches.
    store, predictions : Database
        Approvals, routes, alerts and the audit log; predictions and outcomes.
    tracking_uri, registry_uri : str
        Where MLflow keeps runs, and models if that is somewhere else.
    tracking_workspace : str, optional
        The workspace of an MLflow server that has several.
    policy : str
        The name of the rules that decide who may approve and promote.
    secrets : mapping
        Name → reference, such as `env:SLACK_URL` or `file:/run/secrets/slack`; never a secret.
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
        """What is needed to talk to MLflow."""
        return Tracking(
            uri=self.tracking_uri,
            home=self.home,
            registry_uri=self.registry_uri,
            workspace=self.tracking_workspace,
        )

    def reference(self, name: str) -> str:
        """Return the reference that a secret's name stands for: its entry, or a file of the home.

        No other variable and no other file can be named: who writes a name into a file need not
        be somebody who may see them.

        Raises
        ------
        SecretError
            If it cannot be the name of a secret.
        """
        if not SECRET_NAME.fullmatch(name):
            raise SecretError(
                f"{name[:60]!r} cannot be the name of a secret.",
                why="A name begins with a capital letter and holds capitals, digits and '_'.",
                fix="Write it in capitals.",
            )
        return self.secrets.get(name) or f"file:{self.home / 'secrets' / name}"

    def secret(self, name: str) -> str:
        """Return a secret of this workspace.

        Raises
        ------
        SecretError
            If there is none of this name, or others may read its file.
        """
        from automl_magic.secrets import resolve

        return resolve(self.reference(name))

    def environment(self) -> dict[str, str]:
        """Return the variables that make a child process act in this workspace.

        They go over those of this process, which are not changed: another thread may act in
        another workspace. `default_workspace` reads them there, and finds an equal value.
        """
        if self.name == OWN:
            # As a person would say it, so that a shell in the child can still say something else.
            said = {
                WORKSPACE_VARIABLE: "",
                HOME_VARIABLE: str(self.home),
                STORE_VARIABLE: "" if self.store == store_in(self.home) else self.store.url,
                PREDICTIONS_VARIABLE: ""
                if self.predictions == beside(self.store)
                else self.predictions.url,
            }
            if self.tracking_uri != tracking_in(self.home):
                said[TRACKING_VARIABLE] = self.tracking_uri
            return said
        return {
            WORKSPACE_VARIABLE: json.dumps(self.to_json()),
            HOME_VARIABLE: str(self.home),
            # Of the process that starts it, and nothing that a child should find.
            STORE_VARIABLE: "",
            PREDICTIONS_VARIABLE: "",
            # For MLflow itself, where a notebook uses it without us.
            TRACKING_VARIABLE: self.tracking_uri,
            REGISTRY_VARIABLE: self.registry_uri or "",
            MLFLOW_WORKSPACE_VARIABLE: self.tracking_workspace or "",
        }

    def to_json(self) -> dict[str, object]:
        """Return it as JSON types: what `entries.from_json` reads."""
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


def store_in(home: Path) -> Database:
    """Return the store of a home that names no other one."""
    return Database(f"{_SQLITE}{home / 'store.db'}")


def beside(store: Database) -> Database:
    """Return where predictions are kept if nothing else is said.

    A store that is a server keeps them too; beside one in a file they have a file of their own,
    whose writers never wait for promotions.
    """
    file = store.file
    return store if file is None else Database(f"{_SQLITE}{file.with_name('predictions.db')}")


def tracking_in(home: Path) -> str:
    """Return where MLflow keeps the books of a home that names no other place."""
    return f"{_SQLITE}{home / 'mlflow.db'}"
