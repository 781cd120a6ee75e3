"""The monitored model with its schema and reference, read from a verified folder."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from automl_magic.errors import ArtifactTampered, MonitorError
from automl_magic.files.digests import mismatched_sha256
from automl_magic.recipe import FittedRecipe, load_model
from automl_magic.records import Manifest
from automl_magic.records.data.schema import SCHEMA_NAME, InputSchema
from automl_magic.records.monitoring.reference import REFERENCE_NAME, Reference
from automl_magic.workspace import default_workspace


@dataclass(frozen=True)
class MonitoredModel:
    """A fitted model with the input schema and the reference distributions of its training."""

    fitted: FittedRecipe
    schema: InputSchema
    reference: Reference
    manifest_sha256: str


def load_monitored_model(
    folder: str | os.PathLike[str],
    *,
    manifest_sha256: str | None = None,
    home: Path | None = None,
) -> MonitoredModel:
    """Read a model's folder. Checks each file against its digest.

    Parameters
    ----------
    manifest_sha256 : str, optional
        Expected digest of the manifest.
    home : path, optional
        The folder with the key of personal columns. By default the home of the notebook's
        workspace.

    Raises
    ------
    ArtifactTampered
        If a file is missing or its digest differs from the manifest's.
    MonitorError
        If the model has no reference.
    ModelRefused
        If the model has personal columns, and their key isn't in the home folder.
    """
    path = Path(folder)
    home = home or default_workspace().home
    fitted = load_model(path, manifest_sha256=manifest_sha256, home=home)
    manifest = Manifest.from_json(json.loads((path / "manifest.json").read_bytes()))
    digests = {file.path: file.sha256 for file in manifest.files}
    for name in (SCHEMA_NAME, REFERENCE_NAME):
        if name not in digests:
            raise MonitorError(
                f"Can't monitor the model in {str(path)!r}.",
                why=f"It has no {name}: it was made by an earlier release.",
                fix="Train a new model and register that run: automl fit DATA --target COLUMN",
            )
    return MonitoredModel(
        fitted,
        InputSchema.from_json(_document(path, SCHEMA_NAME, digests)),
        Reference.from_json(_document(path, REFERENCE_NAME, digests)),
        manifest.digest(),
    )


def _document(folder: Path, name: str, digests: dict[str, str]) -> object:
    content = (folder / name).read_bytes()
    if actual := mismatched_sha256(content, digests[name]):
        raise ArtifactTampered(
            f"The model's file {name!r} has been changed.",
            why=f"Its SHA-256 is {actual}. The manifest has {digests[name]}.",
            fix="Use the model from the registry.",
        )
    return json.loads(content)
