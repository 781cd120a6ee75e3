"""Ready: a version whose approval was looked at, and whose bytes lie where servers load them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine

from automl_magic.deploy.staging import stage, staged
from automl_magic.records import ModelVersion
from automl_magic.records.data.schema import SCHEMA_NAME, InputSchema
from automl_magic.records.models.approval import Approval
from automl_magic.store.approvals import check_approved, check_manifest
from automl_magic.store.engine import reading
from automl_magic.store.signing import TrustedKeys


class Registry(Protocol):
    """Where versions and their files come from."""

    def get(self, name: str, version: int | str) -> ModelVersion:
        """Return a version. Raises ModelNotFound."""

    def fetch(self, model: ModelVersion) -> Path:
        """Return a folder with its files, each checked. Raises ArtifactTampered."""


@dataclass(frozen=True)
class StagedVersion:
    """The proof that a version is ready: its approval held a moment ago, and its bytes are staged.

    Whoever routes to a version asks for one, and nobody looks at the approval again on the way.
    That it still holds is asked by the transaction that changes the route.
    """

    approval: Approval
    folder: Path

    def example(self) -> dict[str, Any] | None:
        """Return a row that the version takes, where it says what it takes."""
        path = self.folder / SCHEMA_NAME
        if not path.exists():
            return None
        schema = InputSchema.from_json(json.loads(path.read_text("utf-8")))
        return {column.name: column.example for column in schema.columns}


def stage_version(
    engine: Engine, registry: Registry, version: ModelVersion, *, trusted: TrustedKeys, home: Path
) -> StagedVersion:
    """Put a version where the servers of a home load it.

    Parameters
    ----------
    trusted : TrustedKeys
        Whose approvals are believed.

    Raises
    ------
    NotApproved
        If there is no approval of these bytes that holds.
    ArtifactTampered
        If a file is not what was approved.
    """
    with reading(engine) as connection:
        approval = check_approved(
            connection,
            version.name,
            version.version,
            trusted=trusted,
            manifest_sha256=version.manifest_sha256,
        )
    return StagedVersion(approval, stage(registry.fetch(version), approval, home))


def stage_again(
    engine: Engine,
    registry: Registry,
    model: str,
    version: int,
    *,
    trusted: TrustedKeys,
    home: Path,
) -> StagedVersion:
    """Do what `stage_version` does, for a version that may be staged already.

    Where its folder is there and whole, the registry is not asked: servers start again without it.

    Raises
    ------
    NotApproved, ArtifactTampered, ModelNotFound
    """
    with reading(engine) as connection:
        approval = check_approved(connection, model, version, trusted=trusted)
    if (folder := staged(approval, home)) is not None:
        return StagedVersion(approval, folder)
    found = registry.get(model, version)
    check_manifest(approval, found.manifest_sha256)
    return StagedVersion(approval, stage(registry.fetch(found), approval, home))
