"""From a run to a version of a registered model."""

from __future__ import annotations

from pathlib import Path

from automl_magic.records import ModelVersion
from automl_magic.runs.artifacts import find_run, verified
from automl_magic.runs.opened import look_here_by_default, registry, tracker
from automl_magic.workspace import Workspace, default_workspace


def register(run_id: str, name: str, *, workspace: Workspace | None = None) -> ModelVersion:
    """Make a run's model a version of a registered model, and point the alias `candidate` to it.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered, ModelRefused, TrackingError, StoreError
    """
    from automl_magic import govern
    from automl_magic.store.opened import store
    from automl_magic.track import mirror

    here = workspace or default_workspace()
    found = find_run(run_id, here)
    verified(found, "model/manifest.json")
    # A version is made from the tracked model: a run whose tracking failed is tracked now.
    mirror([found], tracker(here))
    models = registry(here)
    version = models.register(found, Path(found.folder) / "model", name)
    # What an alias means is said in one place; MLflow hears of it from there.
    govern.register(store(here), version, actor=here.actor)
    govern.deliver(store(here), models)
    if workspace is None:
        look_here_by_default(here)
    return version


def models(*, workspace: Workspace | None = None) -> dict[str, tuple[ModelVersion, ...]]:
    """Return the registered models by name, each with its versions, the newest first.

    Raises
    ------
    TrackingError
        If the store of models cannot be read.
    """
    known = registry(workspace or default_workspace())
    return {name: known.versions(name) for name in known.names()}
