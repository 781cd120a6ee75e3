"""Deployments and their routes: create, list, change and remove them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from automl_magic.errors import ModelRefused
from automl_magic.flow.governance import version_of
from automl_magic.flow.ready import approve_version, crown_first, deliver, stage_again, trusted_keys
from automl_magic.records.models.deployment import Role, StrategyKind, VersionId
from automl_magic.records.models.model import CHAMPION
from automl_magic.store.opened import store
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from automl_magic.deploy.ready import StagedVersion
    from automl_magic.deploy.results import Deployed, Routed, Shown
    from automl_magic.records.models.deployment import Deployment, Route


def deploy(target: str, *, workspace: Workspace | None = None) -> Deployed:
    """Create or update a deployment, and stage its versions for servers.

    Parameters
    ----------
    target : str
        A model (`NAME`, `NAME@ALIAS`, `NAME/VERSION`), whose deployment has the same name. Or the
        name of a deployment, or the path of a deployment file. A file's changes are applied to an
        existing deployment. The route changes only if it changed in the file.

    Raises
    ------
    SpecError
        If the file can't be read.
    ModelNotFound
        If there's no such model or version.
    NotApproved
        If a version of the route isn't approved.
    ArtifactTampered, DeploymentError, StoreError
    """
    from automl_magic.deploy.routing import asked_for

    here = workspace or default_workspace()
    asked, known = asked_for(store(here), target)
    return _created(asked, here) if known is None else _updated(asked, known, here)


def any_key(*, workspace: Workspace | None = None) -> bool:
    """Return whether an API key was ever created. From then on, servers require one."""
    from automl_magic.store.keys import any_key_ever

    return any_key_ever(store(workspace or default_workspace()))


def deployments(*, workspace: Workspace | None = None) -> list[Shown]:
    """Return all deployments with their routes and live workers."""
    from automl_magic.deploy.results import Shown
    from automl_magic.store.routes import list_deployments
    from automl_magic.store.workers import live

    engine = store(workspace or default_workspace())
    return [
        Shown(deployment, route, live(engine, deployment.name))
        for deployment, route in list_deployments(engine)
    ]


def show(name: str, *, workspace: Workspace | None = None) -> Shown:
    """Return a deployment, its live workers and the history of its route, newest first.

    Raises
    ------
    DeploymentNotFound
    """
    from automl_magic.deploy.results import Shown
    from automl_magic.store.routes import history, read_deployment
    from automl_magic.store.workers import live

    engine = store(workspace or default_workspace())
    deployment, route = read_deployment(engine, name)
    return Shown(deployment, route, live(engine, name), history(engine, name))


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
    delete_deployment(store(here), name, here.actor)


def canary(
    name: str,
    version: int,
    percent: float,
    reason: str = "",
    *,
    workspace: Workspace | None = None,
) -> Routed:
    """Start a canary: send a percentage of the requests to a version.

    The server compares the canary with the stable version, and stops it if it's worse.

    Raises
    ------
    DeploymentNotFound, ModelNotFound, NotApproved, ArtifactTampered, DeploymentError, RouteChanged
    """
    return _rival(name, version, percent, StrategyKind.CANARY, reason, workspace=workspace)


def ab(
    name: str,
    version: int,
    percent: float,
    reason: str = "",
    *,
    workspace: Workspace | None = None,
) -> Routed:
    """Start an A/B test: send a fixed percentage of the requests to a version.

    The test runs until the outcomes show which version is better. Raises as `canary`.
    """
    return _rival(name, version, percent, StrategyKind.AB, reason, workspace=workspace)


def shadow(
    name: str, version: int, reason: str = "", *, workspace: Workspace | None = None
) -> Routed:
    """Start a shadow: a version whose predictions are only logged. Raises as `canary`."""
    return _routed(name, "shadow", reason, workspace, shadow=version)


def promote(name: str, reason: str = "", *, workspace: Workspace | None = None) -> Routed:
    """Make the canary the stable version, and the champion if the deployment follows it.

    Raises
    ------
    DeploymentError
        If there's no canary.
    """
    from automl_magic.deploy.routing import canary_of

    here = workspace or default_workspace()
    canary = canary_of(show(name, workspace=here).route)
    return _routed(name, "promote", reason, here, stable=canary, canary=None, percent=0.0)


def stop(name: str, reason: str = "", *, workspace: Workspace | None = None) -> Routed:
    """Stop any canary, A/B test and shadow, so that only the stable version serves.

    Raises
    ------
    DeploymentError
        If there's none to stop.
    """
    return _routed(name, "stop", reason, workspace, canary=None, percent=0.0, shadow=None)


def _rival(
    name: str,
    version: int,
    percent: float,
    kind: StrategyKind,
    reason: str,
    *,
    workspace: Workspace | None,
) -> Routed:
    return _routed(name, kind.value, reason, workspace, canary=version, percent=percent, kind=kind)


def _created(asked: Deployment, here: Workspace) -> Deployed:
    from automl_magic.deploy.results import Deployed
    from automl_magic.deploy.routing import first_route
    from automl_magic.store.routes import create_deployment

    route = first_route(asked, lambda meant: _number(meant, here))
    first = _approved_first(route, here)
    notes: tuple[str, ...] = ()
    if first is not None:
        notes = (f"Approved {route.model} version {route.stable}, because you serve it first.",)
    staged = _staged(route, here, first)
    # If the model has no champion, the first served version becomes the champion.
    if asked.follows_champion and crown_first(staged[route.stable], "first served version", here):
        notes += (f"{route.model} version {route.stable} is now the champion.",)
    route = create_deployment(store(here), asked, route, here.actor, trusted=trusted_keys(here))
    notes += (f"Created deployment {asked.name}.",)
    return Deployed(asked, route, staged[route.stable].example(), notes)


def _updated(asked: Deployment, known: tuple[Deployment, Route], here: Workspace) -> Deployed:
    from automl_magic.deploy.results import Deployed
    from automl_magic.deploy.routing import changed_route
    from automl_magic.store.routes import change_deployment, read_route

    seen = known[1]
    wanted = changed_route(asked, known, lambda meant: _number(meant, here))
    staged = _staged(wanted, here)
    change_deployment(
        store(here), asked, here.actor, seen=seen, wanted=wanted, trusted=trusted_keys(here)
    )
    notes = (f"Changed the route of {asked.name}.",) if wanted != seen else ()
    route = read_route(store(here), asked.name)
    return Deployed(asked, route, staged[wanted.stable].example(), notes)


def _routed(
    name: str, action: str, reason: str, workspace: Workspace | None, **fields: Any
) -> Routed:
    from automl_magic.deploy.results import Routed
    from automl_magic.store.routes import change_route, read_route
    from automl_magic.store.workers import not_following

    here = workspace or default_workspace()
    seen = read_route(store(here), name)
    for role in Role:
        version = fields.get(role.value)
        if version not in (None, getattr(seen, role.value)):
            stage_again(seen.model, version, here)
    route = change_route(
        store(here),
        seen,
        action=action,
        actor=here.actor,
        reason=reason,
        trusted=trusted_keys(here),
        **fields,
    )
    behind = not_following(store(here), [route]).get(name, [])
    untold = deliver(here).failed.get(seen.model) if "stable" in fields else None
    return Routed(route, behind, untold)


def _number(asked: VersionId, here: Workspace) -> int:
    return version_of(asked.name, asked.version or asked.alias, workspace=here).version


def _approved_first(route: Route, here: Workspace) -> StagedVersion | None:
    """Approve a version if it's the first of its model to be served and has no approval.

    The policy must allow such implied approvals. By default it does if the store is a local file.
    """
    from automl_magic.store.aliases import read_aliases
    from automl_magic.store.approvals import approval_of

    has_served = CHAMPION in read_aliases(store(here), route.model).versions
    if has_served or approval_of(store(here), route.model, route.stable) is not None:
        return None
    version = version_of(route.model, route.stable, workspace=here)
    return approve_version(version, here, is_implied=True)


def _staged(
    route: Route, here: Workspace, stable: StagedVersion | None = None
) -> dict[int, StagedVersion]:
    """Stage all versions of a route, except a stable version that's already staged.

    The previous version is staged too, if it's approved, so that a rollback is immediate.
    """
    staged = {} if stable is None else {route.stable: stable}
    for version in route.versions:
        if version not in staged:
            staged[version] = stage_again(route.model, version, here)
    if route.previous is not None:
        with suppress(ModelRefused):
            stage_again(route.model, route.previous, here)
    return staged
