"""Deployments: what shall serve, which versions answer, and what a server needs to begin."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from automl_magic.errors import ModelRefused
from automl_magic.flow.governance import version_of
from automl_magic.flow.ready import approve_version, crown_first, deliver, stage_again
from automl_magic.records.models.deployment import Role, StrategyKind, VersionId
from automl_magic.records.models.model import CHAMPION
from automl_magic.store.opened import store
from automl_magic.workspace.actor import actor

if TYPE_CHECKING:
    from automl_magic.deploy.ready import StagedVersion
    from automl_magic.deploy.results import Deployed, Routed, Shown
    from automl_magic.records.models.deployment import Deployment, Route


def deploy(target: str) -> Deployed:
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

    asked, known = asked_for(store(), target)
    return _created(asked) if known is None else _updated(asked, known)


def any_key() -> bool:
    """Say whether an API key was ever made: from then on servers ask for one."""
    from automl_magic.store.keys import any_key_ever

    return any_key_ever(store())


def deployments() -> list[Shown]:
    """Return every deployment with its route and its live workers."""
    from automl_magic.deploy.results import Shown
    from automl_magic.store.routes import list_deployments
    from automl_magic.store.workers import live

    return [
        Shown(deployment, route, live(store(), deployment.name))
        for deployment, route in list_deployments(store())
    ]


def show(name: str) -> Shown:
    """Return a deployment, its live workers and the history of its route, the newest first.

    Raises
    ------
    DeploymentNotFound
    """
    from automl_magic.deploy.results import Shown
    from automl_magic.store.routes import history, read_deployment
    from automl_magic.store.workers import live

    deployment, route = read_deployment(store(), name)
    return Shown(deployment, route, live(store(), name), history(store(), name))


def remove(name: str) -> None:
    """Take a deployment away that nobody serves. Raises DeploymentNotFound, DeploymentError."""
    from automl_magic.store.routes import delete_deployment

    delete_deployment(store(), name, actor())


def canary(name: str, version: int, percent: float, reason: str = "") -> Routed:
    """Let a version answer a share of the requests; a guard compares it with the stable one.

    Raises
    ------
    DeploymentNotFound, ModelNotFound, NotApproved, ArtifactTampered, DeploymentError, RouteChanged
    """
    return _rival(name, version, percent, StrategyKind.CANARY, reason)


def ab(name: str, version: int, percent: float, reason: str = "") -> Routed:
    """Let a version answer a fixed share, until outcomes tell which is better. As `canary`."""
    return _rival(name, version, percent, StrategyKind.AB, reason)


def shadow(name: str, version: int, reason: str = "") -> Routed:
    """Let a version answer too, for the log alone. Raises as `canary`."""
    return _routed(name, "shadow", reason, shadow=version)


def promote(name: str, reason: str = "") -> Routed:
    """Make the canary the stable version; where the champion is followed, it is that now.

    Raises
    ------
    DeploymentError
        If there is no canary.
    """
    from automl_magic.deploy.routing import canary_of

    canary = canary_of(show(name).route)
    return _routed(name, "promote", reason, stable=canary, canary=None, percent=0.0)


def stop(name: str, reason: str = "") -> Routed:
    """Leave the stable version alone: no canary, no shadow.

    Raises
    ------
    DeploymentError
        If it is alone already.
    """
    return _routed(name, "stop", reason, canary=None, percent=0.0, shadow=None)


def _rival(name: str, version: int, percent: float, kind: StrategyKind, reason: str) -> Routed:
    return _routed(name, kind.value, reason, canary=version, percent=percent, kind=kind)


def _created(asked: Deployment) -> Deployed:
    from automl_magic.deploy.results import Deployed
    from automl_magic.deploy.routing import first_route
    from automl_magic.store.routes import create_deployment

    route = first_route(asked, _number)
    first = _approved_first(route)
    notes: tuple[str, ...] = ()
    if first is not None:
        notes = (f"{route.model} version {route.stable} is approved by you, who serve it first.",)
    staged = _staged(route, first)
    # Where there is no champion, what serves is it: followers serve the champion.
    if asked.follows_champion and crown_first(staged[route.stable], "the first that serves"):
        notes += (f"{route.model} version {route.stable} is the champion now.",)
    route = create_deployment(store(), asked, route, actor())
    notes += (f"Deployment {asked.name} is new.",)
    return Deployed(asked, route, staged[route.stable].example(), notes)


def _updated(asked: Deployment, known: tuple[Deployment, Route]) -> Deployed:
    from automl_magic.deploy.results import Deployed
    from automl_magic.deploy.routing import changed_route
    from automl_magic.store.routes import change_deployment, read_route

    seen = known[1]
    wanted = changed_route(asked, known, _number)
    staged = _staged(wanted)
    change_deployment(store(), asked, actor(), seen=seen, wanted=wanted)
    notes = (f"The route of {asked.name} was changed as asked.",) if wanted != seen else ()
    route = read_route(store(), asked.name)
    return Deployed(asked, route, staged[wanted.stable].example(), notes)


def _routed(name: str, action: str, reason: str, **fields: Any) -> Routed:
    from automl_magic.deploy.results import Routed
    from automl_magic.store.routes import change_route, read_route
    from automl_magic.store.workers import not_following

    seen = read_route(store(), name)
    for role in Role:
        version = fields.get(role.value)
        if version not in (None, getattr(seen, role.value)):
            stage_again(seen.model, version)
    route = change_route(store(), seen, action=action, actor=actor(), reason=reason, **fields)
    behind = not_following(store(), [route]).get(name, [])
    untold = deliver().failed.get(seen.model) if "stable" in fields else None
    return Routed(route, behind, untold)


def _number(asked: VersionId) -> int:
    return version_of(asked.name, asked.version or asked.alias).version


def _approved_first(route: Route) -> StagedVersion | None:
    """Let the first version of a model that ever serves be approved by whoever serves it.

    As a promotion may be, where the policy allows that: in a store that is a file.
    """
    from automl_magic.store.aliases import read_aliases
    from automl_magic.store.approvals import approval_of

    has_served = CHAMPION in read_aliases(store(), route.model).versions
    if has_served or approval_of(store(), route.model, route.stable) is not None:
        return None
    version = version_of(route.model, route.stable)
    return approve_version(version, is_implied=True)


def _staged(route: Route, stable: StagedVersion | None = None) -> dict[int, StagedVersion]:
    """Make every version of a route ready, but the stable one where that is known to be.

    The version before is made ready too, if it may serve: a rollback then waits for nothing.
    """
    staged = {} if stable is None else {route.stable: stable}
    for version in route.versions:
        if version not in staged:
            staged[version] = stage_again(route.model, version)
    if route.previous is not None:
        with suppress(ModelRefused):
            stage_again(route.model, route.previous)
    return staged
