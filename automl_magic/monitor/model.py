"""The model that is watched: its schema and its reference, from a folder that has been checked."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl_magic.errors import ArtifactTampered, MonitorError
from automl_magic.files.digests import other_sha256
from automl_magic.recipe import FittedRecipe, load_model
from automl_magic.records import Manifest
from automl_magic.records.data.schema import SCHEMA_NAME, InputSchema
from automl_magic.records.monitoring.reference import REFERENCE_NAME, Reference


@dataclass(frozen=True)
class WatchedModel:
    """A fitted model with what its training looked like."""

    fitted: FittedRecipe
    schema: InputSchema
    reference: Reference
    manifest_sha256: str


def load_watched(
    folder: str | os.PathLike[str], *, manifest_sha256: str | None = None
) -> WatchedModel:
    """Read a model's folder, after every file has been compared with its digest.

    Parameters
    ----------
    manifest_sha256 : str, optional
        The digest that the manifest itself must have, where it is known.

    Raises
    ------
    ArtifactTampered
        If a file is missing, or its bytes are not those that were written.
    MonitorError
        If the model has no reference.
    """
    path = Path(folder)
    fitted = load_model(path, manifest_sha256=manifest_sha256)
    manifest = Manifest.from_json(json.loads((path / "manifest.json").read_bytes()))
    digests = {file.path: file.sha256 for file in manifest.files}
    for name in (SCHEMA_NAME, REFERENCE_NAME):
        if name not in digests:
            raise MonitorError(
                f"The model in {str(path)!r} cannot be watched.",
                why=f"It has no {name}, which a search writes: it is of an earlier release.",
                fix="Search again: automl fit DATA --target COLUMN, then register that run.",
            )
    return WatchedModel(
        fitted,
        InputSchema.from_json(_document(path, SCHEMA_NAME, digests)),
        Reference.from_json(_document(path, REFERENCE_NAME, digests)),
        manifest.digest(),
    )


def _document(folder: Path, name: str, digests: dict[str, str]) -> Any:
    content = (folder / name).read_bytes()
    if other := other_sha256(content, digests[name]):
        raise ArtifactTampered(
            f"The model's file {name!r} is not the one that was written.",
            why=f"Its SHA-256 is {other}, and the manifest says {digests[name]}.",
            fix="Take the model from where it was registered.",
        )
    return json.loads(content)
