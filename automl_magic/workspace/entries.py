"""A workspace as a file or a variable has it, and the workspace made of that."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path

from automl_magic.errors import SecretError
from automl_magic.records.codec import OutOfRange, Record
from automl_magic.secrets import parse
from automl_magic.workspace.workspace import (
    LOCAL_POLICY,
    SECRET_NAME,
    Database,
    Workspace,
    beside,
    store_in,
    tracking_in,
)

_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class DatabaseEntry(Record):
    """A database as the file has it."""

    url: str
    schema: str | None = None

    def __post_init__(self) -> None:
        if self.schema is None:
            return
        if not _SCHEMA.fullmatch(self.schema):
            raise OutOfRange("schema", "the name of a schema: small letters, digits and '_'")
        if not self.url.startswith("postgresql"):
            raise OutOfRange("schema", "left out where the database is not PostgreSQL")


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrackingEntry(Record):
    """MLflow's place as the file has it."""

    uri: str
    registry: str | None = None
    workspace: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Entry(Record):
    """A workspace as the file has it; an address alone is a database without a schema."""

    home: str | None = None
    store: DatabaseEntry | str | None = None
    predictions: DatabaseEntry | str | None = None
    tracking: TrackingEntry | str | None = None
    policy: str = LOCAL_POLICY
    secrets: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, reference in self.secrets.items():
            if not SECRET_NAME.fullmatch(name):
                raise OutOfRange("secrets", "a mapping of names in capitals, digits and '_'")
            try:
                parse(reference)
            except SecretError:
                expected = "a mapping of references, env:NAME or file:/PATH, and never of secrets"
                raise OutOfRange("secrets", expected) from None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Handed(Entry):
    """A workspace as one process hands it to another."""

    name: str
    actor: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Workspaces(Record):
    """The whole file."""

    workspaces: Mapping[str, Entry]


def from_json(document: object) -> Workspace:
    """Return the workspace that `Workspace.to_json` has written. Raises RecordProblem."""
    read = Handed.from_json(document)
    return workspace_of(read, read.name, read.actor, Path(read.home or "/"))


def workspace_of(entry: Entry, name: str, actor: str, home: Path) -> Workspace:
    """Return the workspace of an entry; what it leaves out lies in its home."""
    store = _database(entry.store) or store_in(home)
    tracking = entry.tracking
    if isinstance(tracking, str):
        tracking = TrackingEntry(uri=tracking)
    return Workspace(
        name=name,
        actor=actor,
        home=home,
        store=store,
        predictions=_database(entry.predictions) or beside(store),
        tracking_uri=tracking.uri if tracking else tracking_in(home),
        registry_uri=tracking.registry if tracking else None,
        tracking_workspace=tracking.workspace if tracking else None,
        policy=entry.policy,
        secrets=dict(entry.secrets),
    )


def _database(entry: DatabaseEntry | str | None) -> Database | None:
    if entry is None or isinstance(entry, str):
        return None if entry is None else Database(entry)
    return Database(entry.url, entry.schema)
