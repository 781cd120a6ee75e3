"""The model to monitor: of a deployment, a run, or the registry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from automl_magic.errors import AutomlMagicError, DeploymentNotFound, MonitorError, RunNotFound
from automl_magic.records import ModelVersion, Run
from automl_magic.runs.artifacts import find_run, model_folder
from automl_magic.runs.plan_folder import find_plan
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from automl_magic.records.plans.experiment import Degradation

MODELS = "models:/"


class VersionLookup(Protocol):
    """A registry to look up model versions in."""

    def get(self, name: str, version: int | str) -> ModelVersion:
        """Return a version by its number or alias. Raises `ModelNotFound`."""


@dataclass(frozen=True)
class MonitorTarget:
    """The model to monitor, its folder, and its search run if it's known."""

    deployment: str | None
    model: str
    version: int | None
    folder: Path
    manifest_sha256: str | None
    search_run: Run | None

    @property
    def name(self) -> str:
        """The name of the monitor file."""
        return self.deployment or self.model

    def parameters(self) -> dict[str, object]:
        """Return the parameters of the monitor notebook."""
        return {
            "deployment": self.deployment or "",
            "model": self.model,
            "version": self.version or 0,
            "model_dir": str(self.folder),
            "manifest_sha256": self.manifest_sha256 or "",
        }

    def degradation(self) -> Degradation | None:
        """Return the degradation limits of the model's experiment, or None if it's unknown."""
        plan = find_plan(Path(self.search_run.folder)) if self.search_run else None
        return None if plan is None else plan.experiment.business.degradation


def find_monitor_target(
    workspace: Workspace,
    engine: Engine,
    registry: VersionLookup,
    name: str,
    version: int | None,
    *,
    is_table: bool,
) -> MonitorTarget:
    """Return the model to monitor for a name.

    Parameters
    ----------
    name : str
        A deployment. If a table is checked, also `models:/NAME@ALIAS` or a run.
    version : int, optional
        Version of a deployment. Default: the stable version.
    is_table : bool
        Whether a table is checked instead of logged requests.

    Raises
    ------
    DeploymentNotFound, ModelNotFound, RunNotFound, ArtifactTampered, MonitorError
    """
    from automl_magic.store.routes import read_deployment

    if is_table and name.startswith(MODELS):
        return _of_registry(registry, name, workspace)
    try:
        deployment, route = read_deployment(engine, name)
    except DeploymentNotFound:
        if not is_table:
            raise
        return _of_run(name, version, workspace)
    number = route.stable if version is None else version
    folder, digest = _folder(engine, route.model, number, workspace)
    return MonitorTarget(
        deployment=deployment.name,
        model=route.model,
        version=number,
        folder=folder,
        manifest_sha256=digest,
        search_run=_search_run(engine, registry, route.model, number, workspace),
    )


def _of_registry(registry: VersionLookup, address: str, workspace: Workspace) -> MonitorTarget:
    from automl_magic.register.registry import parse_address

    model, version_or_alias = parse_address(address)
    version = registry.get(
        model, int(version_or_alias) if version_or_alias.isdigit() else version_or_alias
    )
    return MonitorTarget(
        deployment=None,
        model=version.name,
        version=version.version,
        folder=model_folder(address, workspace),
        manifest_sha256=version.manifest_sha256,
        search_run=_find_run(version.run_id, workspace),
    )


def _of_run(name: str, version: int | None, workspace: Workspace) -> MonitorTarget:
    try:
        run = find_run(name, workspace)
    except RunNotFound as error:
        raise MonitorError(
            f"There's no deployment or run {name[:80]!r}.",
            why="A table is checked with the model of a deployment or run.",
            fix="Use a deployment, a run (automl runs) or models:/NAME@ALIAS (automl models).",
        ) from error
    if version is not None:
        raise MonitorError(
            f"The model of run {run.run_id} has no version.",
            why="Only a registered model has versions.",
            fix="Remove --version.",
        )
    return MonitorTarget(None, run.run_id, None, model_folder(run.run_id, workspace), None, run)


def _folder(
    engine: Engine, model: str, version: int, workspace: Workspace
) -> tuple[Path, str | None]:
    """Return the folder of a version's approved files, or of the registry's, and their digest."""
    from automl_magic.store.approvals import approval_of
    from automl_magic.store.staged import staged_folder

    approved = approval_of(engine, model, version)
    statement = approved.approval.statement if approved is not None else None
    if statement is not None and (staged := staged_folder(statement, workspace.home)).is_dir():
        return staged, statement.manifest_sha256
    folder = model_folder(f"{MODELS}{model}/{version}", workspace)
    return folder, statement.manifest_sha256 if statement is not None else None


def _search_run(
    engine: Engine, registry: VersionLookup, model: str, version: int, workspace: Workspace
) -> Run | None:
    """Return the search run of a version, or None if it isn't on this machine."""
    try:
        run_id = _registered_run(engine, model, version) or registry.get(model, version).run_id
        return _find_run(run_id, workspace)
    except AutomlMagicError:
        return None


def _registered_run(engine: Engine, model: str, version: int) -> str | None:
    """Return the run of a version from the store, so a served model is monitored without MLflow."""
    from automl_magic.store.audit import entries

    for entry in entries(engine, limit=1_000, subject=f"{model}/{version}"):
        if entry.action == "register":
            return str(entry.detail["run_id"])
    return None


def _find_run(run_id: str, workspace: Workspace) -> Run | None:
    try:
        return find_run(run_id, workspace)
    except RunNotFound:
        return None
