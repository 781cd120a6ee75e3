"""ModelVersion: a registered model and the manifest of its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automl_magic.records.codec import Record
from automl_magic.records.runs.run import Artifact

CANDIDATE, CHALLENGER, CHAMPION = "candidate", "challenger", "champion"
SHADOW, ROLLBACK = "shadow", "rollback"
# The aliases with a meaning. `candidate` moves to the newest registered version automatically.
# `champion` is the default version of deployments.
ALIASES = (CANDIDATE, CHALLENGER, CHAMPION, SHADOW, ROLLBACK)


@dataclass(frozen=True, kw_only=True)
class Manifest(Record):
    """The files of a model with their digests. Files that aren't listed are never opened."""

    schema_version: int = 1
    files: tuple[Artifact, ...]


@dataclass(frozen=True, kw_only=True)
class ModelVersion(Record):
    """One version of a registered model. `uri` is the argument of `mlflow.pyfunc.load_model`."""

    name: str
    version: int
    run_id: str
    uri: str
    manifest_sha256: str
    aliases: tuple[str, ...] = ()
    tags: Mapping[str, object] = field(default_factory=dict)
