"""Workspaces in a file or an environment variable, and their conversion to `Workspace`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

from automl_magic.errors import SecretError
from automl_magic.records.codec import OutOfRange, Record
from automl_magic.secrets import parse_reference
from automl_magic.workspace.relative_paths import absolute_database
from automl_magic.workspace.workspace import (
    LOCAL_POLICY,
    SECRET_NAME,
    Database,
    Workspace,
    default_predictions,
    default_store,
    default_tracking_uri,
)

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class DatabaseEntry(Record):
    """A database in the workspaces file."""

    url: str
    schema: str | None = None

    def __post_init__(self) -> None:
        if self.schema is None:
            return
        if not _SCHEMA.fullmatch(self.schema):
            raise OutOfRange("schema", "a schema name of lowercase letters, digits and '_'")
        if not self.url.startswith("postgresql"):
            raise OutOfRange("schema", "omitted if the database isn't PostgreSQL")


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrackingEntry(Record):
    """MLflow's address in the workspaces file."""

    uri: str
    registry: str | None = None
    workspace: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkspaceEntry(Record):
    """A workspace in the file. A database can be just an address, without a schema."""

    home: str | None = None
    store: DatabaseEntry | str | None = None
    predictions: DatabaseEntry | str | None = None
    tracking: TrackingEntry | str | None = None
    policy: str = LOCAL_POLICY
    secrets: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, reference in self.secrets.items():
            if not SECRET_NAME.fullmatch(name):
                raise OutOfRange(
                    "secrets", "a mapping with names of capital letters, digits and '_'"
                )
            try:
                parse_reference(reference)
            except SecretError:
                expected = "a mapping to references, env:NAME or file:/PATH, not to secrets"
                raise OutOfRange("secrets", expected) from None


@dataclasses.dataclass(frozen=True, kw_only=True)
class InheritedWorkspace(WorkspaceEntry):
    """A workspace that one process passes to another."""

    name: str
    actor: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkspacesFile(Record):
    """The contents of the workspaces file."""

    workspaces: Mapping[str, WorkspaceEntry]


def workspace_from_json(document: object) -> Workspace:
    """Read a workspace from the JSON of `Workspace.to_json`. Raises RecordProblem."""
    entry = InheritedWorkspace.from_json(document)
    return workspace_of(entry, entry.name, entry.actor, Path(entry.home or "/"))


def workspace_of(
    entry: WorkspaceEntry, name: str, actor: str, home: Path, folder: Path | None = None
) -> Workspace:
    """Return the workspace of an entry. Omitted databases are files in its home folder.

    Parameters
    ----------
    folder : Path, optional
        Folder that the paths of SQLite files are relative to. Default: `home`.
    """
    folder = folder or home
    store = _database(entry.store, folder) or default_store(home)
    tracking = entry.tracking
    if isinstance(tracking, str):
        tracking = TrackingEntry(uri=tracking)
    return Workspace(
        name=name,
        actor=actor,
        home=home,
        store=store,
        predictions=_database(entry.predictions, folder) or default_predictions(store),
        tracking_uri=absolute_database(tracking.uri, folder)
        if tracking
        else default_tracking_uri(home),
        registry_uri=absolute_database(tracking.registry, folder)
        if tracking and tracking.registry
        else None,
        tracking_workspace=tracking.workspace if tracking else None,
        policy=entry.policy,
        secrets=dict(entry.secrets),
    )


def _database(entry: DatabaseEntry | str | None, folder: Path) -> Database | None:
    if entry is None:
        return None
    if isinstance(entry, str):
        return Database(absolute_database(entry, folder))
    return Database(absolute_database(entry.url, folder), entry.schema)
