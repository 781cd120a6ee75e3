"""Deployments and their routes: create, list, change and remove them."""

from __future__ import annotations

import dataclasses
import shlex
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypedDict

from automl_magic.errors import ModelRefused
from automl_magic.flow.governance import resolve_version
from automl_magic.flow.replacement import (
    check_requests,
    followers,
    is_untried,
    new_versions,
    served_deployment,
    untried_note,
)
from automl_magic.flow.staging import (
    approve_version,
    promote_first_champion,
    restage_version,
    sync_aliases,
    trusted_keys,
)
from automl_magic.records.models.deployment import StrategyKind, VersionId
from automl_magic.records.models.model import CHAMPION
from automl_magic.store.opened import store_engine
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from automl_magic.deploy.results import DeploymentStatus, PreparedDeployment, RouteUpdate
    from automl_magic.deploy.staged_version import StagedVersion
    from automl_magic.records.models.deployment import Deployment, Route


def deploy(
    target: str, *, allow_schema_change: bool = False, workspace: Workspace | None = None
) -> PreparedDeployment:
    """Create or update a deployment, and stage its versions for servers.

    Parameters
    ----------
    target : str
        A model (`NAME`, `NAME@ALIAS`, `NAME/VERSION`), whose deployment has the same name. Or the
        name of a deployment, or the path of a deployment file. A file's changes are applied to an
        existing deployment. The route changes only if it changed in the file.
    allow_schema_change : bool
        Whether the route may get a version that doesn't accept all requests that the deployment
        accepts now.

    Raises
    ------
    SpecError
        If the file can't be read.
    IncompatibleSchema
        If the route would get a version that refuses requests that the stable one accepts.
    ModelNotFound
        If there's no such model or version.
    NotApproved
        If a version of the route isn't approved.
    ArtifactTampered, DeploymentError, StoreError
    """
    from automl_magic.deploy.routing import desired_deployment

    here = workspace or default_workspace()
    desired, current = desired_deployment(store_engine(here), target)
    options: _CheckOptions = {
        "command": f"automl serve {shlex.quote(target)}",
        "allow_schema_change": allow_schema_change,
    }
    if current is None:
        return _create(desired, here, options)
    return _update(desired, current, here, options)


def has_api_keys(*, workspace: Workspace | None = None) -> bool:
    """Return whether an API key was ever created. From then on, servers require one."""
    from automl_magic.store.keys import has_any_key

    return has_any_key(store_engine(workspace or default_workspace()))


def deployments(*, workspace: Workspace | None = None) -> list[DeploymentStatus]:
    """Return all deployments with their routes and live workers."""
    from automl_magic.deploy.results import DeploymentStatus
    from automl_magic.store.routes import list_deployments
    from automl_magic.store.workers import live_workers

    engine = store_engine(workspace or default_workspace())
    return [
        DeploymentStatus(deployment, route, live_workers(engine, deployment.name))
        for deployment, route in list_deployments(engine)
    ]


def get_deployment(name: str, *, workspace: Workspace | None = None) -> DeploymentStatus:
    """Return a deployment, its live workers and the history of its route, newest first.

    Raises
    ------
    DeploymentNotFound
    """
    from automl_magic.deploy.results import DeploymentStatus
    from automl_magic.store.routes import history, read_deployment
    from automl_magic.store.workers import live_workers

    engine = store_engine(workspace or default_workspace())
    deployment, route = read_deployment(engine, name)
    return DeploymentStatus(deployment, route, live_workers(engine, name), history(engine, name))


def remove(name: str, *, workspace: Workspace | None = None) -> None:
    """Delete a deployment.

    Raises
    ------
    DeploymentNotFound
    DeploymentError
        If a server still serves it.
    """
    from automl_magic.store.routes import delete_deployment

    here = workspace or default_workspace()
    delete_deployment(store_engine(here), name, here.actor)


def canary(
    name: str,
    version: int,
    percent: float,
    reason: str = "",
    *,
    allow_schema_change: bool = False,
    workspace: Workspace | None = None,
) -> RouteUpdate:
    """Start a canary: send a percentage of the requests to a version.

    The server compares the canary with the stable version, and stops it if it's worse.

    Parameters
    ----------
    allow_schema_change : bool
        Whether the version may refuse requests that the stable version accepts.

    Raises
    ------
    IncompatibleSchema
        If it would refuse some, or answer them differently.
    DeploymentNotFound, ModelNotFound, NotApproved, ArtifactTampered, DeploymentError, RouteChanged
    """
    return _start_canary(
        name,
        version,
        percent,
        StrategyKind.CANARY,
        reason,
        allow_schema_change=allow_schema_change,
        workspace=workspace,
    )


def ab(
    name: str,
    version: int,
    percent: float,
    reason: str = "",
    *,
    allow_schema_change: bool = False,
    workspace: Workspace | None = None,
) -> RouteUpdate:
    """Start an A/B test: send a fixed percentage of the requests to a version.

    The test runs until the outcomes show which version is better. Raises as `canary`.
    """
    return _start_canary(
        name,
        version,
        percent,
        StrategyKind.AB,
        reason,
        allow_schema_change=allow_schema_change,
        workspace=workspace,
    )


def shadow(
    name: str,
    version: int,
    reason: str = "",
    *,
    allow_schema_change: bool = False,
    workspace: Workspace | None = None,
) -> RouteUpdate:
    """Start a shadow: a version whose predictions are only logged. Raises as `canary`."""
    options: _CheckOptions = {
        "command": f"automl route {shlex.quote(name)} --shadow {version}",
        "allow_schema_change": allow_schema_change,
    }
    return _change_route(name, "shadow", reason, workspace, options, shadow=version)


def promote(
    name: str,
    reason: str = "",
    *,
    allow_schema_change: bool = False,
    workspace: Workspace | None = None,
) -> RouteUpdate:
    """Make the canary the stable version, and the champion if the deployment follows it.

    Parameters
    ----------
    allow_schema_change : bool
        Whether the canary may refuse requests that the stable version accepts.

    Raises
    ------
    IncompatibleSchema
        If it would refuse some, or answer them differently.
    DeploymentError
        If there's no canary.
    """
    from automl_magic.deploy.routing import canary_of

    here = workspace or default_workspace()
    canary = canary_of(get_deployment(name, workspace=here).route)
    options: _CheckOptions = {
        "command": f"automl route {shlex.quote(name)} --promote",
        "allow_schema_change": allow_schema_change,
    }
    return _change_route(
        name, "promote", reason, here, options, stable=canary, canary=None, percent=0.0
    )


def stop(name: str, reason: str = "", *, workspace: Workspace | None = None) -> RouteUpdate:
    """Stop any canary, A/B test and shadow, so that only the stable version serves.

    Raises
    ------
    DeploymentError
        If there's none to stop.
    """
    return _change_route(
        name, "stop", reason, workspace, None, canary=None, percent=0.0, shadow=None
    )


def _start_canary(
    name: str,
    version: int,
    percent: float,
    kind: StrategyKind,
    reason: str,
    *,
    allow_schema_change: bool,
    workspace: Workspace | None,
) -> RouteUpdate:
    option = f"--{kind.value} {version} --percent {percent:g}"
    options: _CheckOptions = {
        "command": f"automl route {shlex.quote(name)} {option}",
        "allow_schema_change": allow_schema_change,
    }
    return _change_route(
        name, kind.value, reason, workspace, options, canary=version, percent=percent, kind=kind
    )


class _CheckOptions(TypedDict):
    """The options of `check_requests`."""

    command: str
    allow_schema_change: bool


def _create(desired: Deployment, here: Workspace, options: _CheckOptions) -> PreparedDeployment:
    from automl_magic.deploy.results import PreparedDeployment
    from automl_magic.deploy.routing import first_route
    from automl_magic.store.routes import create_deployment

    route = first_route(desired, lambda meant: _version_number(meant, here))
    stable = _approve_first_version(route, here)
    notes: tuple[str, ...] = ()
    if stable is not None:
        notes = (f"Approved {route.model} version {route.stable}, because you serve it first.",)
    staged = _stage(route, here, stable)
    first = served_deployment(desired, route, here)
    for version in route.versions:
        notes += check_requests([first], version, staged[version].schema(), **options)
    # If the model has no champion, the first served version becomes the champion.
    if desired.follows_champion and promote_first_champion(
        staged[route.stable], "first served version", here
    ):
        notes += (f"{route.model} version {route.stable} is now the champion.",)
    route = create_deployment(
        store_engine(here), desired, route, here.actor, trusted=trusted_keys(here)
    )
    notes += (f"Created deployment {desired.name}.",)
    example = staged[route.stable].example()
    return PreparedDeployment(desired, route, example, notes, is_new=True)


def _update(
    desired: Deployment,
    current: tuple[Deployment, Route],
    here: Workspace,
    options: _CheckOptions,
) -> PreparedDeployment:
    from automl_magic.deploy.results import PreparedDeployment
    from automl_magic.deploy.routing import changed_route
    from automl_magic.store.routes import change_deployment, read_route

    old_route = current[1]
    new_route = changed_route(desired, current, lambda meant: _version_number(meant, here))
    staged = _stage(new_route, here)
    present = served_deployment(desired, old_route, here)
    notes: tuple[str, ...] = ()
    for version in new_versions(old_route, new_route):
        notes += check_requests([present], version, staged[version].schema(), **options)
    if new_route.stable != old_route.stable and is_untried(desired, new_route.stable, here):
        notes += (untried_note(new_route.stable, [desired.name]),)
    change_deployment(
        store_engine(here),
        desired,
        here.actor,
        expected=old_route,
        desired=new_route,
        trusted=trusted_keys(here),
    )
    if new_route != old_route:
        notes += (f"Changed the route of {desired.name}.",)
    route = read_route(store_engine(here), desired.name)
    return PreparedDeployment(desired, route, staged[new_route.stable].example(), notes)


def _change_route(
    name: str,
    action: str,
    reason: str,
    workspace: Workspace | None,
    options: _CheckOptions | None,
    **fields: Any,
) -> RouteUpdate:
    """Change fields of a route. Without `options`, no version gets a new role."""
    from automl_magic.deploy.results import RouteUpdate
    from automl_magic.store.routes import change_route, read_deployment
    from automl_magic.store.workers import wait_for_routes

    here = workspace or default_workspace()
    deployment, old_route = read_deployment(store_engine(here), name)
    notes: tuple[str, ...] = ()
    is_new_stable = fields.get("stable", old_route.stable) != old_route.stable
    if options is not None:
        changed = dataclasses.replace(old_route, **fields)
        # With a new stable version, the champion and its other followers change too.
        switching = (
            followers(old_route.model, here)
            if is_new_stable and deployment.follows_champion
            else [served_deployment(deployment, old_route, here)]
        )
        for version in new_versions(old_route, changed):
            schema = restage_version(old_route.model, version, here).schema()
            notes += check_requests(switching, version, schema, **options)
    untried = is_new_stable and is_untried(deployment, fields["stable"], here)
    route = change_route(
        store_engine(here),
        old_route,
        action=action,
        actor=here.actor,
        reason=reason,
        trusted=trusted_keys(here),
        **fields,
    )
    lagging = wait_for_routes(store_engine(here), [route]).get(name, [])
    mlflow_error = sync_aliases(here).failed.get(old_route.model) if "stable" in fields else None
    return RouteUpdate(route, lagging, mlflow_error, notes, untried)


def _version_number(version_id: VersionId, here: Workspace) -> int:
    return resolve_version(
        version_id.name, version_id.version or version_id.alias, workspace=here
    ).version


def _approve_first_version(route: Route, here: Workspace) -> StagedVersion | None:
    """Approve a version if it's the first of its model to be served and has no approval.

    The policy must allow such implied approvals. By default it does if the store is a local file.
    """
    from automl_magic.store.aliases import read_aliases
    from automl_magic.store.approvals import approval_of

    has_served = CHAMPION in read_aliases(store_engine(here), route.model).versions
    if has_served or approval_of(store_engine(here), route.model, route.stable) is not None:
        return None
    version = resolve_version(route.model, route.stable, workspace=here)
    return approve_version(version, here, is_implied=True)


def _stage(
    route: Route, here: Workspace, stable: StagedVersion | None = None
) -> dict[int, StagedVersion]:
    """Stage all versions of a route, except a stable version that's already staged.

    The previous version is staged too, if it's approved, so that a rollback is immediate.
    """
    staged = {} if stable is None else {route.stable: stable}
    for version in route.versions:
        if version not in staged:
            staged[version] = restage_version(route.model, version, here)
    if route.previous is not None:
        with suppress(ModelRefused):
            restage_version(route.model, route.previous, here)
    return staged
