"""A model of a folder, every file compared with its digest, with what it takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from automl_magic.recipe.batches import storage
from automl_magic.recipe.fitted import FittedRecipe
from automl_magic.recipe.stored import load_model, load_schema
from automl_magic.records.data.schema import InputSchema


@dataclass(frozen=True)
class Loaded:
    """A model, what it takes (None of models that never said), and the digest of its files."""

    name: str
    model: FittedRecipe
    schema: InputSchema | None
    digest: str

    @property
    def stored_as(self) -> dict[str, str]:
        """How the values of each column lay in training."""
        return storage(self.model, self.schema)


def load_folder(folder: Path, name: str, *, manifest_sha256: str | None = None) -> Loaded:
    """Load the model of a folder, every file compared with its digest.

    Raises
    ------
    ArtifactTampered
    """
    schema, digest = load_schema(folder, manifest_sha256)
    model = load_model(folder, manifest_sha256=digest)
    return Loaded(name, model, schema, digest)
