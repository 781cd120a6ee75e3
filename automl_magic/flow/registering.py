"""Register a run's model as a version of a registered model."""

from __future__ import annotations

from pathlib import Path

from automl_magic.records import ModelVersion
from automl_magic.runs.artifacts import find_run, verified
from automl_magic.runs.opened import look_here_by_default, registry, tracker
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
    from automl_magic.store.opened import store
    from automl_magic.track import mirror

    here = workspace or default_workspace()
    run = find_run(run_id, here)
    verified(run, "model/manifest.json")
    # A version needs the tracked model. If tracking failed during the run, do it now.
    mirror([run], tracker(here))
    models = registry(here)
    version = models.register(run, Path(run.folder) / "model", name)
    # The store defines the aliases. They are copied to MLflow from there.
    govern.register(store(here), version, actor=here.actor)
    govern.deliver(store(here), models)
    if workspace is None:
        look_here_by_default(here)
    return version


def models(*, workspace: Workspace | None = None) -> dict[str, tuple[ModelVersion, ...]]:
    """Return the versions of each registered model by name, newest first.

    Raises
    ------
    TrackingError
        If the model registry can't be read.
    """
    model_registry = registry(workspace or default_workspace())
    return {name: model_registry.versions(name) for name in model_registry.names()}
