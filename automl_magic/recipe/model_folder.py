"""model_folder: load a model folder with its schema, and verify every file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from automl_magic.recipe.batches import column_storage
from automl_magic.recipe.fitted import FittedRecipe
from automl_magic.recipe.model_io import load_model, load_schema
from automl_magic.records.data.missing import MissingWords
from automl_magic.records.data.schema import InputSchema


@dataclass(frozen=True)
class LoadedRecipe:
    """A model with its input schema (None for models without one) and its manifest's digest."""

    name: str
    model: FittedRecipe
    schema: InputSchema | None
    digest: str

    @property
    def stored_as(self) -> dict[str, str]:
        """How each column was stored in training."""
        return column_storage(self.model, self.schema)

    @property
    def missing(self) -> MissingWords:
        """The texts that stand for a missing value."""
        return MissingWords() if self.schema is None else self.schema.missing


def load_model_folder(
    folder: Path, name: str, *, home: Path | None = None, manifest_sha256: str | None = None
) -> LoadedRecipe:
    """Load a model folder and verify the digest of every file.

    `home` is the home folder of the workspace, with the key of the hashes of personal columns.

    Raises
    ------
    ArtifactTampered
        If a file is missing or has changed.
    ModelRefused
        If the model has personal columns, and their key isn't in the home folder.
    """
    schema, digest = load_schema(folder, manifest_sha256)
    model = load_model(folder, manifest_sha256=digest, home=home)
    return LoadedRecipe(name, model, schema, digest)
