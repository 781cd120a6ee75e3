"""Resolve a version by its number, by an alias of the store, or by default."""

from __future__ import annotations

from automl_magic.records import ModelVersion
from automl_magic.records.models.model import CANDIDATE, CHAMPION
from automl_magic.register.mlflow import MlflowRegistry
from automl_magic.store.aliases import Aliases


def resolve_version(
    registry: MlflowRegistry, aliases: Aliases, version: int | str | None = None
) -> ModelVersion:
    """Return a version by its number or by an alias of the store.

    Parameters
    ----------
    aliases : Aliases
        The model's aliases in the store, which is the source of truth.
    version : int or str, optional
        Default: the champion, or the candidate if there's no champion yet.

    Raises
    ------
    ModelNotFound
    """
    if version is None:
        version = aliases.versions.get(CHAMPION, CANDIDATE)
    if isinstance(version, str):
        version = aliases.versions.get(version, version)
    return registry.get(aliases.model, version)
