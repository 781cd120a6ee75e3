"""champion: change the alias and the deployments that follow it together in one transaction.

A deployment follows the champion if its `modelVersionId` is NAME or NAME@champion. Its `stable`
version is always the champion, because both change here. A deployment that names a version or
another alias doesn't change.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from automl_magic.errors import DeploymentError, NotApproved
from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.records.models.model import CHAMPION, ROLLBACK
from automl_magic.store import approvals
from automl_magic.store.aliases import Aliases, aliases_in, replace_aliases
from automl_magic.store.approvals import Clearance, clear_version
from automl_magic.store.audit import append
from automl_magic.store.route_rows import AuditContext, deployments_of, replace_route


@dataclass(frozen=True)
class AliasUpdate:
    """The result of a change of a model's aliases: the new aliases, and the changed routes."""

    aliases: Aliases
    routes: tuple[Route, ...] = ()


def promote(
    connection: Connection,
    expected: Aliases,
    alias: str,
    version: int,
    context: AuditContext,
    *,
    manifest_sha256: str | None = None,
) -> AliasUpdate:
    """Point an alias to a version, in an `exclusive_transaction`.

    A new champion must be approved. The old one becomes `rollback`, and the new one becomes the
    stable version of every deployment that follows the champion. Their canaries are removed.

    Parameters
    ----------
    manifest_sha256 : str, optional
        The digest of the files that were checked. It must be the approved one.

    Raises
    ------
    RouteChanged
        If the aliases aren't the expected ones.
    NotApproved
        If the version would be served and has no valid approval.
    """
    desired = {**expected.versions, alias: version}
    routes: list[Route] = []
    if alias == CHAMPION:
        clearance = clear_version(
            connection,
            expected.model,
            version,
            trusted=context.trusted,
            manifest_sha256=manifest_sha256,
        )
        followers = list(_followers(connection, expected.model))
        previous = expected.versions.get(CHAMPION) or next((r.stable for _, r in followers), None)
        if previous not in (None, version):
            desired[ROLLBACK] = previous
        changes = [(r, _with_stable(r, version)) for _, r in followers]
        routes = _put_all(connection, changes, context, [clearance])
    return AliasUpdate(_put(connection, expected, desired, context), tuple(routes))


def roll_back_model(
    connection: Connection, expected: Aliases, context: AuditContext
) -> AliasUpdate:
    """Make the `rollback` version the champion, and remove canaries, in an `exclusive_transaction`.

    Afterwards there is nothing to roll back to, so that the removed version isn't restored.

    Raises
    ------
    RouteChanged, NotApproved
        As `promote`.
    DeploymentError
        If there is no `rollback` version.
    """
    version = expected.versions.get(ROLLBACK)
    if version is None:
        raise DeploymentError(
            f"{expected.model} has nothing to roll back to.",
            why="The champion hasn't changed since the last rollback.",
            fix=f"Promote another version: automl promote {expected.model} VERSION champion",
        )
    clearance = clear_version(connection, expected.model, version, trusted=context.trusted)
    followers = list(_followers(connection, expected.model))
    changes = [
        (r, dataclasses.replace(_with_stable(r, version), previous=None)) for _, r in followers
    ]
    routes = _put_all(connection, changes, context, [clearance])
    desired = {**_without(expected.versions, ROLLBACK), CHAMPION: version}
    return AliasUpdate(_put(connection, expected, desired, context), tuple(routes))


def update_followers(
    connection: Connection,
    before: Route,
    after: Route,
    context: AuditContext,
    clearances: Sequence[Clearance],
) -> None:
    """Update the alias and the other followers after one follower's stable version changed.

    Parameters
    ----------
    clearances : sequence of Clearance
        From this transaction. One is for the stable version of `after`.
    """
    followers = [route for _, route in _followers(connection, after.model)]
    if all(route.deployment != after.deployment for route in followers):
        return
    changes = []
    for route in followers:
        changed = _with_stable(route, after.stable)
        if after.previous is None:
            changed = dataclasses.replace(changed, previous=None)
        if route.deployment != after.deployment:
            changes.append((route, changed))
    _put_all(connection, changes, context, clearances)
    current = aliases_in(connection, after.model)
    if current.versions.get(CHAMPION) == after.stable:
        return  # only this deployment was out of date
    desired = {**current.versions, CHAMPION: after.stable, ROLLBACK: before.stable}
    if after.previous is None:
        desired.pop(ROLLBACK)
    _put(connection, current, desired, context)


def revoke_version(
    connection: Connection, model: str, version: int, context: AuditContext
) -> AliasUpdate:
    """Revoke the approval of a version, and remove it from every route, in one transaction.

    If it's the stable version, the previous one replaces it.

    Raises
    ------
    NotApproved
        If the version has no approval to revoke.
    DeploymentError
        If it's being served, and no other version can replace it.
    """
    if not approvals.revoke_approvals(connection, model, version, actor=context.actor):
        raise NotApproved(
            f"{model} version {version} has no approval to revoke.",
            why="It wasn't approved, or the approval is already revoked.",
            fix=f"Show its history: automl audit --subject {model}/{version}",
        )
    append(
        connection,
        actor=context.actor,
        action=context.action,
        subject=f"{model}/{version}",
        detail={"reason": context.reason[:1000]},
    )
    current = aliases_in(connection, model)
    deployed = deployments_of(connection, model)
    successor_versions = [
        current.versions.get(ROLLBACK),
        *(r.previous for d, r in deployed if d.follows_champion),
    ]
    successor = _first_cleared(connection, model, successor_versions, context)
    changes, clearances = [], [] if successor is None else [successor]
    for deployment, route in deployed:
        changed = _without_version(route, version)
        if route.stable == version:
            replacement = successor
            if not deployment.follows_champion:
                replacement = _first_cleared(connection, model, [route.previous], context)
            if replacement is None:
                raise _no_successor_error(route)
            changed = _with_successor(changed, replacement.version)
            clearances.append(replacement)
        changes.append((route, changed))
    routes = _put_all(connection, changes, context, clearances)
    desired = {
        alias: alias_version
        for alias, alias_version in current.versions.items()
        if alias_version != version or alias not in (CHAMPION, ROLLBACK)
    }
    if current.versions.get(CHAMPION) == version and successor is not None:
        desired = {**_without(desired, ROLLBACK), CHAMPION: successor.version}
    return AliasUpdate(_put(connection, current, desired, context), tuple(routes))


def _put(
    connection: Connection, expected: Aliases, desired: Mapping[str, int], context: AuditContext
) -> Aliases:
    return replace_aliases(
        connection,
        expected,
        desired,
        action=context.action,
        actor=context.actor,
        reason=context.reason,
    )


def _followers(connection: Connection, model: str) -> Iterator[tuple[Deployment, Route]]:
    return (pair for pair in deployments_of(connection, model) if pair[0].follows_champion)


def _put_all(
    connection: Connection,
    changes: Iterable[tuple[Route, Route]],
    context: AuditContext,
    clearances: Sequence[Clearance],
) -> list[Route]:
    return [
        replace_route(connection, expected, changed, context, clearances)
        for expected, changed in changes
        if changed != expected
    ]


def _with_stable(route: Route, version: int) -> Route:
    """Return a route with another stable version and without a canary."""
    return dataclasses.replace(
        route,
        stable=version,
        canary=None,
        percent=0.0,
        shadow=None if route.shadow == version else route.shadow,
        previous=route.previous if route.stable == version else route.stable,
    )


def _without_version(route: Route, version: int) -> Route:
    """Return a route without a version as canary, shadow or previous version."""
    if route.previous == version:
        route = dataclasses.replace(route, previous=None)
    if route.canary == version:
        route = dataclasses.replace(route, canary=None, percent=0.0)
    if route.shadow == version:
        route = dataclasses.replace(route, shadow=None)
    return route


def _with_successor(route: Route, successor: int) -> Route:
    """Return a route with another stable version and nothing to roll back to."""
    if successor == route.canary:
        route = dataclasses.replace(route, canary=None, percent=0.0)
    shadow = None if route.shadow == successor else route.shadow
    return dataclasses.replace(route, stable=successor, shadow=shadow, previous=None)


def _no_successor_error(route: Route) -> DeploymentError:
    return DeploymentError(
        f"Can't revoke {route.model} version {route.stable}: {route.deployment} serves it.",
        why="No earlier version that is still approved can replace it.",
        fix=f"Promote another version first: automl promote {route.model} VERSION champion",
    )


def _first_cleared(
    connection: Connection,
    model: str,
    versions: Iterable[int | None],
    context: AuditContext,
) -> Clearance | None:
    """Return a clearance for the first of some versions that may be served, or None."""
    for version in versions:
        if version is None:
            continue
        try:
            return clear_version(connection, model, version, trusted=context.trusted)
        except NotApproved:
            continue
    return None


def _without(versions: Mapping[str, int], alias: str) -> dict[str, int]:
    return {name: version for name, version in versions.items() if name != alias}
