"""Which version is meant: by a number, by what an alias means in the store, or by nothing."""

from __future__ import annotations

from automl_magic.records import ModelVersion
from automl_magic.records.models.model import CANDIDATE, CHAMPION
from automl_magic.register.mlflow import MlflowRegistry
from automl_magic.store.aliases import Aliases


def version_meant(
    registry: MlflowRegistry, known: Aliases, version: int | str | None = None
) -> ModelVersion:
    """Return a version by its number or by what an alias means in the store.

    Parameters
    ----------
    known : Aliases
        What the aliases of the model mean in the store, which is the truth.
    version : int or str, optional
        By default the champion, or the newest registration where there is no champion yet.

    Raises
    ------
    ModelNotFound
    """
    if version is None:
        version = known.versions.get(CHAMPION, CANDIDATE)
    if isinstance(version, str):
        version = known.versions.get(version, version)
    return registry.get(known.model, version)
