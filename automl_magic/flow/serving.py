"""Deployments: what shall serve, which versions answer, and what a server needs to begin."""

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
    """Make a deployment, or take one up again, and put its versions where servers load them.

    Parameters
    ----------
    target : str
        A model (`NAME`, `NAME@ALIAS`, `NAME/VERSION`), whose deployment has its name; the name of a
        deployment; or the path of a deployment file. A file's changes are applied to a deployment
        that exists; its route changes only where the file says something else than before.

    Raises
    ------
    SpecError
        If the file cannot be read.
    ModelNotFound
        If there is no such model or version.
    NotApproved
        If a version of the route may not serve.
    ArtifactTampered, DeploymentError, StoreError
    """
    from automl_magic.deploy.routing import asked_for

    here = workspace or default_workspace()
    asked, known = asked_for(store(here), target)
    return _created(asked, here) if known is None else _updated(asked, known, here)


def any_key(*, workspace: Workspace | None = None) -> bool:
    """Say whether an API key was ever made: from then on servers ask for one."""
    from automl_magic.store.keys import any_key_ever

    return any_key_ever(store(workspace or default_workspace()))


def deployments(*, workspace: Workspace | None = None) -> list[Shown]:
    """Return every deployment with its route and its live workers."""
    from automl_magic.deploy.results import Shown
    from automl_magic.store.routes import list_deployments
    from automl_magic.store.workers import live

    engine = store(workspace or default_workspace())
    return [
        Shown(deployment, route, live(engine, deployment.name))
        for deployment, route in list_deployments(engine)
    ]


def show(name: str, *, workspace: Workspace | None = None) -> Shown:
    """Return a deployment, its live workers and the history of its route, the newest first.

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
    """Take a deployment away that nobody serves. Raises DeploymentNotFound, DeploymentError."""
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
    """Let a version answer a share of the requests; a guard compares it with the stable one.

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
    """Let a version answer a fixed share, until outcomes tell which is better. As `canary`."""
    return _rival(name, version, percent, StrategyKind.AB, reason, workspace=workspace)


def shadow(
    name: str, version: int, reason: str = "", *, workspace: Workspace | None = None
) -> Routed:
    """Let a version answer too, for the log alone. Raises as `canary`."""
    return _routed(name, "shadow", reason, workspace, shadow=version)


def promote(name: str, reason: str = "", *, workspace: Workspace | None = None) -> Routed:
    """Make the canary the stable version; where the champion is followed, it is that now.

    Raises
    ------
    DeploymentError
        If there is no canary.
    """
    from automl_magic.deploy.routing import canary_of

    here = workspace or default_workspace()
    canary = canary_of(show(name, workspace=here).route)
    return _routed(name, "promote", reason, here, stable=canary, canary=None, percent=0.0)


def stop(name: str, reason: str = "", *, workspace: Workspace | None = None) -> Routed:
    """Leave the stable version alone: no canary, no shadow.

    Raises
    ------
    DeploymentError
        If it is alone already.
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
        notes = (f"{route.model} version {route.stable} is approved by you, who serve it first.",)
    staged = _staged(route, here, first)
    # Where there is no champion, what serves is it: followers serve the champion.
    if asked.follows_champion and crown_first(staged[route.stable], "the first that serves", here):
        notes += (f"{route.model} version {route.stable} is the champion now.",)
    route = create_deployment(store(here), asked, route, here.actor, trusted=trusted_keys(here))
    notes += (f"Deployment {asked.name} is new.",)
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
    notes = (f"The route of {asked.name} was changed as asked.",) if wanted != seen else ()
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
    """Let the first version of a model that ever serves be approved by whoever serves it.

    As a promotion may be, where the policy allows that: in a store that is a file.
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
    """Make every version of a route ready, but the stable one where that is known to be.

    The version before is made ready too, if it may serve: a rollback then waits for nothing.
    """
    staged = {} if stable is None else {route.stable: stable}
    for version in route.versions:
        if version not in staged:
            staged[version] = stage_again(route.model, version, here)
    if route.previous is not None:
        with suppress(ModelRefused):
            stage_again(route.model, route.previous, here)
    return staged
