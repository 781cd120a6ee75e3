"""The model that a window is judged against: of a deployment, of a run, or of the registry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from automl_magic.errors import AutomlMagicError, DeploymentNotFound, MonitorError, RunNotFound
from automl_magic.records import ModelVersion, Run
from automl_magic.runs.artifacts import find_run, model_folder
from automl_magic.runs.plan_folder import plan_in
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from automl_magic.records.plans.experiment import Degradation

MODELS = "models:/"


class Versions(Protocol):
    """Where versions of models are looked up: a registry."""

    def get(self, name: str, version: int | str) -> ModelVersion:
        """Return a version by its number or by an alias. Raises ModelNotFound."""


@dataclass(frozen=True)
class Watched:
    """Which model is watched, where it lies, and the run that found it, where that is known."""

    deployment: str | None
    model: str
    version: int | None
    folder: Path
    manifest_sha256: str | None
    search: Run | None

    @property
    def name(self) -> str:
        """What the monitor file is called after."""
        return self.deployment or self.model

    def parameters(self) -> dict[str, Any]:
        """Return what the monitor notebook is told of the model."""
        return {
            "deployment": self.deployment or "",
            "model": self.model,
            "version": self.version or 0,
            "model_dir": str(self.folder),
            "manifest_sha256": self.manifest_sha256 or "",
        }

    def degradation(self) -> Degradation | None:
        """Return what the model's experiment says of losses, where it is known."""
        made = plan_in(Path(self.search.folder)) if self.search else None
        return None if made is None else made.experiment.business.degradation


def find_watched(
    here: Workspace,
    engine: Engine,
    registry: Versions,
    name: str,
    version: int | None,
    *,
    is_table: bool,
) -> Watched:
    """Return the model that a name means.

    Parameters
    ----------
    name : str
        A deployment; where a table is judged also `models:/NAME@ALIAS` or a run.
    version : int, optional
        Of a deployment; left out, the stable one.

    Raises
    ------
    DeploymentNotFound, ModelNotFound, RunNotFound, ArtifactTampered, MonitorError
    """
    from automl_magic.store.routes import read_deployment

    if is_table and name.startswith(MODELS):
        return _of_registry(registry, name, here)
    try:
        deployment, route = read_deployment(engine, name)
    except DeploymentNotFound:
        if not is_table:
            raise
        return _of_run(name, version, here)
    chosen = route.stable if version is None else version
    folder, digest = _folder(engine, route.model, chosen, here)
    return Watched(
        deployment=deployment.name,
        model=route.model,
        version=chosen,
        folder=folder,
        manifest_sha256=digest,
        search=_search_of(registry, route.model, chosen, here),
    )


def _of_registry(registry: Versions, address: str, here: Workspace) -> Watched:
    from automl_magic.register.registry import parse_address

    model, which = parse_address(address)
    found = registry.get(model, int(which) if which.isdigit() else which)
    return Watched(
        deployment=None,
        model=found.name,
        version=found.version,
        folder=model_folder(address, here),
        manifest_sha256=found.manifest_sha256,
        search=_run(found.run_id, here),
    )


def _of_run(name: str, version: int | None, here: Workspace) -> Watched:
    try:
        run = find_run(name, here)
    except RunNotFound as error:
        raise MonitorError(
            f"There is no deployment, and no run, called {name[:80]!r}.",
            why="A table is judged against the model of one of them.",
            fix="Name a deployment, a run (automl runs) or models:/NAME@ALIAS (automl models).",
        ) from error
    if version is not None:
        raise MonitorError(
            f"The model of run {run.run_id} has no version.",
            why="Only a registered model has versions.",
            fix="Leave --version out.",
        )
    return Watched(None, run.run_id, None, model_folder(run.run_id, here), None, run)


def _folder(engine: Engine, model: str, version: int, here: Workspace) -> tuple[Path, str | None]:
    """Return the folder of a version's approved bytes, or of the registry's, and their digest."""
    from automl_magic.store.approvals import approval_of
    from automl_magic.store.staged import staged_folder

    found = approval_of(engine, model, version)
    if found is not None:
        said = found.approval.statement
        if (staged := staged_folder(said, here.home)).is_dir():
            return staged, said.manifest_sha256
    return model_folder(f"{MODELS}{model}/{version}", here), (
        found.approval.statement.manifest_sha256 if found else None
    )


def _search_of(registry: Versions, model: str, version: int, here: Workspace) -> Run | None:
    """Return the run that found a version; None where this machine knows nothing of it."""
    try:
        return _run(registry.get(model, version).run_id, here)
    except AutomlMagicError:
        return None


def _run(run_id: str, here: Workspace) -> Run | None:
    try:
        return find_run(run_id, here)
    except RunNotFound:
        return None
