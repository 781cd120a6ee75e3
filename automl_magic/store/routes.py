"""Routes: which versions answer. One record a deployment, changed by compare-and-swap alone.

Every change goes through `put_route`: in one serial transaction it refuses a version without an
approval that holds, moves the epoch by one, and writes the history and the audit log. So no reader
ever sees a route that was not decided by somebody, and of two changes at once exactly one is made.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict, Unpack

from sqlalchemy import Connection, Engine, Row, select, update

from automl_magic.errors import (
    DeploymentError,
    DeploymentNotFound,
    RouteChanged,
    near_miss,
    shorten,
)
from automl_magic.records.codec import Record, dumps
from automl_magic.records.deployment import Deployment, Role, Route, StrategyKind
from automl_magic.store.approvals import check_approved
from automl_magic.store.audit import append
from automl_magic.store.engine import now, reading, serially
from automl_magic.store.signing import TrustedKeys
from automl_magic.store.tables import deployments, route_changes


class RouteFields(TypedDict, total=False):
    """What of a route can be changed; what is left out stays as it is."""

    stable: int
    canary: int | None
    shadow: int | None
    percent: float
    kind: StrategyKind
    sticky: bool
    previous: int | None


@dataclass(frozen=True)
class RouteChange:
    """A line of a route's history; `at` in seconds since 1970."""

    route: Route
    action: str
    actor: str
    reason: str
    at: float


def read_route(engine: Engine, deployment: str) -> Route:
    """Return the route of a deployment. Raises DeploymentNotFound."""
    return read_deployment(engine, deployment)[1]


def read_deployment(engine: Engine, name: str) -> tuple[Deployment, Route]:
    """Return a deployment and its route, as they were at one moment. Raises DeploymentNotFound."""
    with reading(engine) as connection:
        return _read(_row(connection, name))


def list_deployments(engine: Engine, model: str | None = None) -> list[tuple[Deployment, Route]]:
    """Return all deployments, or those of one model, in the order of their names."""
    with reading(engine) as connection:
        return deployments_of(connection, model)


def deployments_of(
    connection: Connection, model: str | None = None
) -> list[tuple[Deployment, Route]]:
    """Return what `list_deployments` does, as a transaction sees it."""
    query = select(deployments).order_by(deployments.c.name)
    if model is not None:
        query = query.where(deployments.c.model == model)
    return [_read(row) for row in connection.execute(query)]


def epoch_of(engine: Engine, names: Iterable[str]) -> dict[str, int]:
    """Return the epochs of some deployments; one that does not exist is left out.

    One look at an index: a server asks this several times a second.
    """
    with reading(engine) as connection:
        query = select(deployments.c.name, deployments.c.epoch)
        rows = connection.execute(query.where(deployments.c.name.in_(list(names))))
        return {row.name: row.epoch for row in rows}


def history(engine: Engine, deployment: str, limit: int = 50) -> list[RouteChange]:
    """Return the newest changes of a route, the newest first. Raises DeploymentNotFound."""
    with reading(engine) as connection:
        _row(connection, deployment)
        rows = connection.execute(
            select(route_changes)
            .where(route_changes.c.deployment == deployment)
            .order_by(route_changes.c.epoch.desc())
            .limit(limit)
        )
        return [
            RouteChange(_route(row.route), row.action, row.actor, row.reason, row.at)
            for row in rows
        ]


def create_deployment(
    engine: Engine,
    deployment: Deployment,
    route: Route,
    actor: str,
    *,
    trusted: TrustedKeys | None = None,
) -> Route:
    """Write a new deployment with its first route, and return the route: its epoch is 1.

    Raises
    ------
    NotApproved
        If a version of the route has no approval that holds.
    DeploymentError
        If the name is taken, or the route is not one (see `put_route`).
    """
    if deployment.name != route.deployment:
        raise ValueError(f"The route is that of {route.deployment!r}.")
    first = dataclasses.replace(route, epoch=1)
    _check_shape(first)
    with serially(engine) as connection:
        if _find(connection, deployment.name) is not None:
            raise DeploymentError(
                f"There is a deployment {deployment.name!r} already.",
                why="Each deployment has a name of its own.",
                fix=f"Choose another name, or look at it: automl route {deployment.name}",
            )
        for version in first.versions:
            check_approved(connection, first.model, version, trusted=trusted)
        at = now(connection)
        connection.execute(
            deployments.insert().values(
                name=deployment.name,
                model=first.model,
                epoch=first.epoch,
                route=_text(first),
                spec=_text(deployment),
                created_at=at,
                changed_at=at,
            )
        )
        _note(connection, None, first, action="create", actor=actor, reason="")
    return first


def change_deployment(engine: Engine, deployment: Deployment, actor: str) -> None:
    """Write what a deployment asks for anew: its checks, limits, goals. Its route stays.

    Servers read it when they start. Raises DeploymentNotFound.
    """
    with serially(engine) as connection:
        before, _ = _read(_row(connection, deployment.name))
        if before == deployment:
            return
        connection.execute(
            update(deployments)
            .where(deployments.c.name == deployment.name)
            .values(spec=_text(deployment), changed_at=now(connection))
        )
        append(
            connection,
            actor=actor,
            action="deployment.change",
            subject=deployment.name,
            detail={"spec": deployment.to_json()},
        )


def change_route(
    engine: Engine,
    seen: Route,
    *,
    action: str,
    actor: str,
    reason: str = "",
    trusted: TrustedKeys | None = None,
    **fields: Unpack[RouteFields],
) -> Route:
    """Change a route from what was seen to what is given, and return the new one.

    A new `stable` makes the old one `previous`, unless `previous` is given too.

    Raises
    ------
    RouteChanged
        If somebody else changed the route since it was seen; nothing was written.
    NotApproved, DeploymentError, DeploymentNotFound
        As `put_route`.
    """
    if fields.get("stable", seen.stable) != seen.stable:
        fields.setdefault("previous", seen.stable)
    changed = dataclasses.replace(seen, **fields)
    with serially(engine) as connection:
        return put_route(
            connection, seen, changed, action=action, actor=actor, reason=reason, trusted=trusted
        )


def roll_back(
    engine: Engine,
    deployment: str,
    actor: str,
    reason: str,
    seen_epoch: int | None = None,
    *,
    trusted: TrustedKeys | None = None,
) -> Route:
    """Take the canary out where there is one, else return to the stable version before this one.

    Parameters
    ----------
    seen_epoch : int, optional
        The epoch that the reason was seen in; in any other one nothing is done.

    Raises
    ------
    RouteChanged
        If the route is of another epoch than was seen.
    DeploymentError
        If there is no canary, and no version to return to.
    NotApproved
        If the version to return to has no approval that holds any more.
    DeploymentNotFound
    """
    with serially(engine) as connection:
        _, seen = _read(_row(connection, deployment))
        if seen_epoch not in (None, seen.epoch):
            raise _changed(deployment, seen_epoch, seen.epoch)
        return put_route(
            connection,
            seen,
            rolled_back(seen),
            action="roll_back",
            actor=actor,
            reason=reason,
            trusted=trusted,
        )


def rolled_back(route: Route) -> Route:
    """Return the route without its canary, or with the stable version before this one.

    A version that was left like this is not returned to: `previous` is empty afterwards. Raises
    DeploymentError where neither exists.
    """
    if route.canary is not None:
        return dataclasses.replace(route, canary=None, percent=0.0)
    if route.previous is None:
        raise DeploymentError(
            f"{route.deployment} has nothing to roll back to.",
            why=f"It has no canary, and version {route.stable} is the first that it serves.",
            fix=f"Choose a version yourself: automl promote {route.model} VERSION champion",
        )
    shadow = None if route.shadow == route.previous else route.shadow
    return dataclasses.replace(route, stable=route.previous, shadow=shadow, previous=None)


def put_route(
    connection: Connection,
    seen: Route,
    changed: Route,
    *,
    action: str,
    actor: str,
    reason: str,
    trusted: TrustedKeys | None = None,
) -> Route:
    """Put one route in the place of another, in a `serially` transaction; return it as written.

    A version that takes up a role which it did not have must be approved. One that leaves is not
    asked about, so that a rollback never waits for anything.

    Raises
    ------
    RouteChanged
        If the route is not the one that was seen.
    NotApproved
        If a version that is new in its role has no approval that holds.
    DeploymentError
        If the same version would be compared with itself, or nothing would change.
    DeploymentNotFound
    """
    new = dataclasses.replace(changed, epoch=seen.epoch + 1)
    if dataclasses.replace(new, epoch=seen.epoch) == seen:
        raise DeploymentError(
            f"The route of {seen.deployment} would not change.",
            why="It is as asked for already.",
            fix=f"Look at it: automl route {seen.deployment}",
        )
    _check_shape(new)
    before = _roles(seen)
    for role, version in _roles(new).items():
        if before.get(role) != version:
            check_approved(connection, new.model, version, trusted=trusted)
    written = connection.execute(
        update(deployments)
        .where(deployments.c.name == seen.deployment, deployments.c.epoch == seen.epoch)
        .values(epoch=new.epoch, route=_text(new), changed_at=now(connection))
    )
    if written.rowcount != 1:
        raise _changed(seen.deployment, seen.epoch, _row(connection, seen.deployment).epoch)
    _note(connection, seen, new, action=action, actor=actor, reason=reason)
    return new


def _note(
    connection: Connection, seen: Route | None, new: Route, *, action: str, actor: str, reason: str
) -> None:
    connection.execute(
        route_changes.insert().values(
            deployment=new.deployment,
            epoch=new.epoch,
            route=_text(new),
            action=action,
            actor=actor,
            reason=reason,
            at=now(connection),
        )
    )
    append(
        connection,
        actor=actor,
        action=f"route.{action}",
        subject=new.deployment,
        detail={
            "from": None if seen is None else seen.to_json(),
            "to": new.to_json(),
            "reason": reason[:1000],
        },
    )


def _check_shape(route: Route) -> None:
    for role in ("canary", "shadow"):
        if getattr(route, role) == route.stable:
            raise DeploymentError(
                f"Version {route.stable} of {route.model} cannot be the {role}.",
                why=f"It is the stable version of {route.deployment} already.",
                fix=f"Choose another version: automl models lists those of {route.model}.",
            )


def _roles(route: Route) -> dict[Role, int]:
    named = {Role.STABLE: route.stable, Role.CANARY: route.canary, Role.SHADOW: route.shadow}
    return {role: version for role, version in named.items() if version is not None}


def _changed(deployment: str, seen: int | None, found: int) -> RouteChanged:
    return RouteChanged(
        f"The route of {deployment} is not the one that was read.",
        why=f"Somebody changed it in between: its epoch is {found}, and {seen} was read.",
        fix=f"Look at it, and decide again: automl route {deployment}",
    )


def _find(connection: Connection, name: str) -> Row[tuple[object, ...]] | None:
    return connection.execute(select(deployments).where(deployments.c.name == name)).first()


def _row(connection: Connection, name: str) -> Row[tuple[object, ...]]:
    row = _find(connection, name)
    if row is not None:
        return row
    known = list(connection.execute(select(deployments.c.name).order_by("name")).scalars())
    close = near_miss(name, known)
    raise DeploymentNotFound(
        f"There is no deployment {name[:60]!r}.",
        why=f"The deployments are {shorten(known)}." if known else "There are none yet.",
        fix=f"Use the name {close}." if close else "Make one: automl serve NAME",
    )


def _read(row: Row[tuple[object, ...]]) -> tuple[Deployment, Route]:
    return Deployment.from_json(json.loads(row.spec)), _route(row.route)


def _route(text: str) -> Route:
    return Route.from_json(json.loads(text))


def _text(record: Record) -> str:
    return dumps(record.to_json(), indent=None).strip()
