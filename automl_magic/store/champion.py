"""champion: the alias and the deployments that follow it, moved together in one transaction.

A deployment follows the champion where its `modelVersionId` is a plain NAME, or NAME@champion. For
each of them `stable` is what `champion` means, always: whoever moves one moves the other here. A
deployment that names a version or another alias stays with it.
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
from automl_magic.store.aliases import Aliases, aliases_in, put_aliases
from automl_magic.store.approvals import Clearance, clear
from automl_magic.store.audit import append
from automl_magic.store.route_rows import Deed, deployments_of, put_route


@dataclass(frozen=True)
class Moved:
    """What a change of a model's aliases came to: the aliases now, and every route that moved."""

    aliases: Aliases
    routes: tuple[Route, ...] = ()


def promote(
    connection: Connection,
    seen: Aliases,
    alias: str,
    version: int,
    deed: Deed,
    *,
    manifest_sha256: str | None = None,
) -> Moved:
    """Make an alias mean a version, in a `serially` transaction.

    Where it is the champion, it must be approved, the champion that gives way becomes `rollback`,
    and it is the stable version of every deployment that follows; a canary there has ended.

    Parameters
    ----------
    manifest_sha256 : str, optional
        The digest of the bytes that were looked at, which must be those that are approved.

    Raises
    ------
    RouteChanged
        If the aliases are not those that were seen.
    NotApproved
        If the version would serve and has no approval that holds.
    """
    wanted = {**seen.versions, alias: version}
    moved: list[Route] = []
    if alias == CHAMPION:
        proof = clear(
            connection, seen.model, version, trusted=deed.trusted, manifest_sha256=manifest_sha256
        )
        following = list(_followers(connection, seen.model))
        before = seen.versions.get(CHAMPION) or next((r.stable for _, r in following), None)
        if before not in (None, version):
            wanted[ROLLBACK] = before
        changes = [(r, _led(r, version)) for _, r in following]
        moved = _put_all(connection, changes, deed, [proof])
    return Moved(_put(connection, seen, wanted, deed), tuple(moved))


def roll_back_model(connection: Connection, seen: Aliases, deed: Deed) -> Moved:
    """Make the champion what `rollback` means, and end every canary, in a `serially` transaction.

    There is nothing to roll back to afterwards: the version that was left is not returned to.

    Raises
    ------
    RouteChanged, NotApproved
        As `promote`.
    DeploymentError
        If `rollback` means nothing.
    """
    version = seen.versions.get(ROLLBACK)
    if version is None:
        raise DeploymentError(
            f"{seen.model} has nothing to roll back to.",
            why="No champion has given way to another one since the last rollback.",
            fix=f"Choose a version yourself: automl promote {seen.model} VERSION champion",
        )
    proof = clear(connection, seen.model, version, trusted=deed.trusted)
    following = list(_followers(connection, seen.model))
    changes = [(r, dataclasses.replace(_led(r, version), previous=None)) for _, r in following]
    moved = _put_all(connection, changes, deed, [proof])
    wanted = {**_without(seen.versions, ROLLBACK), CHAMPION: version}
    return Moved(_put(connection, seen, wanted, deed), tuple(moved))


def follow(
    connection: Connection,
    before: Route,
    after: Route,
    deed: Deed,
    cleared: Sequence[Clearance],
) -> None:
    """Let the alias, and the other deployments that follow it, do what one of them has done.

    Parameters
    ----------
    cleared : sequence of Clearance
        Of this transaction; one is for the stable version of `after`.
    """
    following = [route for _, route in _followers(connection, after.model)]
    if all(route.deployment != after.deployment for route in following):
        return
    changes = []
    for route in following:
        changed = _led(route, after.stable)
        if after.previous is None:
            changed = dataclasses.replace(changed, previous=None)
        if route.deployment != after.deployment:
            changes.append((route, changed))
    _put_all(connection, changes, deed, cleared)
    seen = aliases_in(connection, after.model)
    if seen.versions.get(CHAMPION) == after.stable:
        return  # it was this deployment that was behind
    wanted = {**seen.versions, CHAMPION: after.stable, ROLLBACK: before.stable}
    if after.previous is None:
        wanted.pop(ROLLBACK)
    _put(connection, seen, wanted, deed)


def withdraw(connection: Connection, model: str, version: int, deed: Deed) -> Moved:
    """Revoke the approval of a version, and take it out of every route, in one transaction.

    Where it is the stable version, the one before it takes its place.

    Raises
    ------
    NotApproved
        If the version has no approval that could be revoked.
    DeploymentError
        If it serves, and no other version can take its place.
    """
    if not approvals.revoke(connection, model, version, actor=deed.actor):
        raise NotApproved(
            f"{model} version {version} has no approval to revoke.",
            why="Nobody has approved it, or the approval was revoked before.",
            fix=f"See what happened: automl audit --subject {model}/{version}",
        )
    append(
        connection,
        actor=deed.actor,
        action=deed.action,
        subject=f"{model}/{version}",
        detail={"reason": deed.reason[:1000]},
    )
    seen = aliases_in(connection, model)
    deployed = deployments_of(connection, model)
    heirs = [seen.versions.get(ROLLBACK), *(r.previous for d, r in deployed if d.follows_champion)]
    heir = _first_cleared(connection, model, heirs, deed)
    changes, cleared = [], [] if heir is None else [heir]
    for deployment, route in deployed:
        left = _without_version(route, version)
        if route.stable == version:
            own = heir
            if not deployment.follows_champion:
                own = _first_cleared(connection, model, [route.previous], deed)
            if own is None:
                raise _no_heir(route)
            left = _inherited(left, own.version)
            cleared.append(own)
        changes.append((route, left))
    moved = _put_all(connection, changes, deed, cleared)
    wanted = {
        alias: meant
        for alias, meant in seen.versions.items()
        if meant != version or alias not in (CHAMPION, ROLLBACK)
    }
    if seen.versions.get(CHAMPION) == version and heir is not None:
        wanted = {**_without(wanted, ROLLBACK), CHAMPION: heir.version}
    return Moved(_put(connection, seen, wanted, deed), tuple(moved))


def _put(connection: Connection, seen: Aliases, wanted: Mapping[str, int], deed: Deed) -> Aliases:
    return put_aliases(
        connection, seen, wanted, action=deed.action, actor=deed.actor, reason=deed.reason
    )


def _followers(connection: Connection, model: str) -> Iterator[tuple[Deployment, Route]]:
    return (pair for pair in deployments_of(connection, model) if pair[0].follows_champion)


def _put_all(
    connection: Connection,
    changes: Iterable[tuple[Route, Route]],
    deed: Deed,
    cleared: Sequence[Clearance],
) -> list[Route]:
    return [
        put_route(connection, seen, changed, deed, cleared)
        for seen, changed in changes
        if changed != seen
    ]


def _led(route: Route, version: int) -> Route:
    """Return a route with a version as the stable one, and without a canary."""
    return dataclasses.replace(
        route,
        stable=version,
        canary=None,
        percent=0.0,
        shadow=None if route.shadow == version else route.shadow,
        previous=route.previous if route.stable == version else route.stable,
    )


def _without_version(route: Route, version: int) -> Route:
    """Return a route whose stable version alone may be this one, and no rollback leads to it."""
    if route.previous == version:
        route = dataclasses.replace(route, previous=None)
    if route.canary == version:
        route = dataclasses.replace(route, canary=None, percent=0.0)
    if route.shadow == version:
        route = dataclasses.replace(route, shadow=None)
    return route


def _inherited(route: Route, heir: int) -> Route:
    """Return a route with another stable version, after which there is nothing to roll back to."""
    if heir == route.canary:
        route = dataclasses.replace(route, canary=None, percent=0.0)
    shadow = None if route.shadow == heir else route.shadow
    return dataclasses.replace(route, stable=heir, shadow=shadow, previous=None)


def _no_heir(route: Route) -> DeploymentError:
    return DeploymentError(
        f"{route.model} version {route.stable} serves in {route.deployment}, "
        "and nothing can take its place.",
        why="No approved version served there before it.",
        fix=f"Promote another version first: automl promote {route.model} VERSION champion",
    )


def _first_cleared(
    connection: Connection,
    model: str,
    versions: Iterable[int | None],
    deed: Deed,
) -> Clearance | None:
    """Clear the first of some versions that may serve."""
    for version in versions:
        if version is None:
            continue
        try:
            return clear(connection, model, version, trusted=deed.trusted)
        except NotApproved:
            continue
    return None


def _without(versions: Mapping[str, int], alias: str) -> dict[str, int]:
    return {name: version for name, version in versions.items() if name != alias}
