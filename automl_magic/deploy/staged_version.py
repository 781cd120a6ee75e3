"""Model versions that are approved and staged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from automl_magic.deploy.staging import find_staged, stage
from automl_magic.records import ModelVersion
from automl_magic.records.data.schema import SCHEMA_NAME, InputSchema
from automl_magic.records.models.approval import Approval
from automl_magic.store.approvals import check_approved, check_manifest
from automl_magic.store.engine import read_transaction
from automl_magic.store.signing import TrustedKeys


class ModelSource(Protocol):
    """A source of model versions and their files."""

    def get(self, name: str, version: int | str) -> ModelVersion:
        """Return a version. Raises ModelNotFound."""

    def fetch(self, model: ModelVersion) -> Path:
        """Return a folder with the version's verified files. Raises ArtifactTampered."""


@dataclass(frozen=True)
class StagedVersion:
    """A version with a valid approval and staged files.

    Functions that route to a version require one, so they don't check the approval again. The
    transaction that changes the route checks that it's still valid.
    """

    approval: Approval
    folder: Path

    def schema(self) -> InputSchema | None:
        """Return the input schema, or None if the version has none."""
        return read_schema(self.folder)

    def example(self) -> dict[str, object] | None:
        """Return an example input row, or None if the version has no schema."""
        schema = self.schema()
        if schema is None:
            return None
        return {column.name: column.example for column in schema.columns}


def read_schema(folder: Path) -> InputSchema | None:
    """Return the input schema in a folder of verified files, or None if it has none."""
    path = folder / SCHEMA_NAME
    if not path.exists():
        return None
    return InputSchema.from_json(json.loads(path.read_text("utf-8")))


def stage_version(
    engine: Engine,
    registry: ModelSource,
    version: ModelVersion,
    *,
    trusted: TrustedKeys,
    home: Path,
) -> StagedVersion:
    """Stage a version for the servers of a home.

    Parameters
    ----------
    trusted : TrustedKeys
        Keys whose approvals are trusted.

    Raises
    ------
    NotApproved
        If there's no valid approval of these files.
    ArtifactTampered
        If a file differs from the approved one.
    """
    with read_transaction(engine) as connection:
        approval = check_approved(
            connection,
            version.name,
            version.version,
            trusted=trusted,
            manifest_sha256=version.manifest_sha256,
        )
    return StagedVersion(approval, stage(registry.fetch(version), approval, home))


def restage_version(
    engine: Engine,
    registry: ModelSource,
    model: str,
    version: int,
    *,
    trusted: TrustedKeys,
    home: Path,
) -> StagedVersion:
    """Stage a version unless its staged folder is complete.

    If it is, the registry isn't called, so servers can restart without it.

    Raises
    ------
    NotApproved, ArtifactTampered, ModelNotFound
    """
    with read_transaction(engine) as connection:
        approval = check_approved(connection, model, version, trusted=trusted)
    if (folder := find_staged(approval, home)) is not None:
        return StagedVersion(approval, folder)
    model_version = registry.get(model, version)
    check_manifest(approval, model_version.manifest_sha256)
    return StagedVersion(approval, stage(registry.fetch(model_version), approval, home))
