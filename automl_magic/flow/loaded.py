"""A model that was named by its run or its place in the registry, checked and ready to predict."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.runs.artifacts import model_folder

if TYPE_CHECKING:
    from automl_magic.recipe import FittedRecipe
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
        from automl_magic.recipe.batches import storage

        return storage(self.model, self.schema)


def load(run_or_model: str) -> Loaded:
    """Load the model of a run, or a registered one.

    Raises
    ------
    RunNotFound, RunError, ModelNotFound, ArtifactTampered
    """
    return load_folder(model_folder(run_or_model), run_or_model)


def load_folder(folder: Path, name: str, *, manifest_sha256: str | None = None) -> Loaded:
    """Load the model of a folder, every file compared with its digest.

    Raises
    ------
    ArtifactTampered
    """
    from automl_magic.recipe.stored import load_model, load_schema

    schema, digest = load_schema(folder, manifest_sha256)
    model = load_model(folder, manifest_sha256=digest)
    return Loaded(name, model, schema, digest)
