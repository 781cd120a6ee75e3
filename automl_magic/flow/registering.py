"""From a run to a version of a registered model."""

from __future__ import annotations

from pathlib import Path

from automl_magic.records import ModelVersion
from automl_magic.runs.artifacts import find_run, verified


def register(run_id: str, name: str) -> ModelVersion:
    """Make a run's model a version of a registered model, and point the alias `candidate` to it.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered, ModelRefused, TrackingError, StoreError
    """
    from automl_magic import govern
    from automl_magic.register import MlflowRegistry
    from automl_magic.store.engine import open_engine
    from automl_magic.track import MlflowTracker, mirror
    from automl_magic.workspace.actor import actor
    from automl_magic.workspace.mlflow import use_default_store

    found = find_run(run_id)
    verified(found, "model/manifest.json")
    # A version is made from the tracked model: a run whose tracking failed is tracked now.
    mirror([found], MlflowTracker())
    registry = MlflowRegistry()
    version = registry.register(found, Path(found.folder) / "model", name)
    # What an alias means is said in one place; MLflow hears of it from there.
    store = open_engine()
    govern.register(store, version, actor=actor())
    govern.deliver(store, registry)
    store.dispose()
    use_default_store()
    return version


def models() -> dict[str, tuple[ModelVersion, ...]]:
    """Return the registered models by name, each with its versions, the newest first.

    Raises
    ------
    TrackingError
        If the store of models cannot be read.
    """
    from automl_magic.register import MlflowRegistry

    registry = MlflowRegistry()
    return {name: registry.versions(name) for name in registry.names()}
