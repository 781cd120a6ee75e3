"""Register a run's model as a version of a registered model."""

from __future__ import annotations

from pathlib import Path

from automl_magic.records import ModelVersion
from automl_magic.runs.artifacts import find_run, verified_artifact
from automl_magic.runs.backends import open_registry, open_tracker, set_default_tracking
from automl_magic.workspace import Workspace, default_workspace


def register(run_id: str, name: str, *, workspace: Workspace | None = None) -> ModelVersion:
    """Register a run's model as a new version, and point the alias `candidate` to it.

    Parameters
    ----------
    run_id : str
        ID of a successful search.
    name : str
        Name of the registered model.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered, ModelRefused, TrackingError, StoreError
    """
    from automl_magic import govern
    from automl_magic.store.opened import store_engine
    from automl_magic.track import sync_tracking

    here = workspace or default_workspace()
    run = find_run(run_id, here)
    verified_artifact(run, "model/manifest.json")
    # A version needs the tracked model. If tracking failed during the run, do it now.
    sync_tracking([run], open_tracker(here))
    models = open_registry(here)
    version = models.register(run, Path(run.folder) / "model", name)
    # The store defines the aliases. They are copied to MLflow from there.
    govern.register(store_engine(here), version, actor=here.actor)
    govern.sync_aliases(store_engine(here), models)
    if workspace is None:
        set_default_tracking(here)
    return version


def models(*, workspace: Workspace | None = None) -> dict[str, tuple[ModelVersion, ...]]:
    """Return the versions of each registered model by name, newest first.

    Raises
    ------
    TrackingError
        If the model registry can't be read.
    """
    model_registry = open_registry(workspace or default_workspace())
    return {name: model_registry.versions(name) for name in model_registry.names()}
