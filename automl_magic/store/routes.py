"""Routes: which versions answer. One record a deployment, changed by compare-and-swap alone.

Where a change gives a deployment another stable version, and the deployment follows its model's
champion, the alias and the other followers go along in the same transaction (see `champion`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict, Unpack

from sqlalchemy import Connection, Engine, delete, select, update

from automl_magic.errors import DeploymentError
from automl_magic.records.models.deployment import Deployment, Route, StrategyKind
from automl_magic.store.audit import append
from automl_magic.store.champion import follow
from automl_magic.store.engine import now, reading, serially
from automl_magic.store.route_rows import (
    Deed,
    changed_since,
    check_shape,
    clear_roles,
    deployments_of,
    find_row,
    note_route,
    put_route,
    read_row,
    route_of,
    row_of,
    text_of,
)
from automl_magic.store.signing import TrustedKeys
from automl_magic.store.tables import deployments, route_changes
from automl_magic.store.workers import live_in


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
        return read_row(row_of(connection, name))


def find_deployment(engine: Engine, name: str) -> tuple[Deployment, Route] | None:
    """Return what `read_deployment` does, or None where there is no such deployment."""
    with reading(engine) as connection:
        row = find_row(connection, name)
        return None if row is None else read_row(row)


def list_deployments(engine: Engine, model: str | None = None) -> list[tuple[Deployment, Route]]:
    """Return all deployments, or those of one model, in the order of their names."""
    with reading(engine) as connection:
        return deployments_of(connection, model)


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
        row_of(connection, deployment)
        rows = connection.execute(
            select(route_changes)
            .where(route_changes.c.deployment == deployment)
            .order_by(route_changes.c.epoch.desc())
            .limit(limit)
        )
        return [
            RouteChange(route_of(row.route), row.action, row.actor, row.reason, row.at)
            for row in rows
        ]


def create_deployment(
    engine: Engine,
    deployment: Deployment,
    route: Route,
    actor: str,
    *,
    trusted: TrustedKeys,
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
    check_shape(first)
    with serially(engine) as connection:
        if find_row(connection, deployment.name) is not None:
            raise DeploymentError(
                f"There is a deployment {deployment.name!r} already.",
                why="Each deployment has a name of its own.",
                fix=f"Choose another name, or look at it: automl route {deployment.name}",
            )
        deed = Deed("create", actor, trusted)
        clear_roles(connection, None, first, deed)
        at = now(connection)
        connection.execute(
            deployments.insert().values(
                name=deployment.name,
                model=first.model,
                epoch=first.epoch,
                route=text_of(first),
                spec=text_of(deployment),
                created_at=at,
                changed_at=at,
            )
        )
        note_route(connection, None, first, deed)
    return first


def change_deployment(
    engine: Engine,
    deployment: Deployment,
    actor: str,
    *,
    seen: Route | None = None,
    wanted: Route | None = None,
    trusted: TrustedKeys,
) -> None:
    """Write what a deployment asks for anew: its checks, limits, goals; and its route, if given.

    Servers read the first when they start, and follow the second at once.

    Parameters
    ----------
    seen, wanted : Route, optional
        The route as it was read, and the one to put in its place.

    Raises
    ------
    RouteChanged, NotApproved, DeploymentError, DeploymentNotFound
        As `change_route`; nothing is written then.
    """
    with serially(engine) as connection:
        before, _ = read_row(row_of(connection, deployment.name))
        if before != deployment:
            connection.execute(
                update(deployments)
                .where(deployments.c.name == deployment.name)
                .values(spec=text_of(deployment), changed_at=now(connection))
            )
            append(
                connection,
                actor=actor,
                action="deployment.change",
                subject=deployment.name,
                detail={"spec": deployment.to_json()},
            )
        if seen is not None and wanted is not None and wanted != seen:
            _put(connection, seen, wanted, Deed("serve", actor, trusted, "as asked for"))


def change_route(
    engine: Engine,
    seen: Route,
    *,
    action: str,
    actor: str,
    reason: str = "",
    trusted: TrustedKeys,
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
        return _put(connection, seen, changed, Deed(action, actor, trusted, reason))


def roll_back(
    engine: Engine,
    deployment: str,
    actor: str,
    reason: str,
    seen_epoch: int | None = None,
    *,
    trusted: TrustedKeys,
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
        _, seen = read_row(row_of(connection, deployment))
        if seen_epoch not in (None, seen.epoch):
            raise changed_since(deployment, seen_epoch, seen.epoch)
        deed = Deed("roll_back", actor, trusted, reason)
        return _put(connection, seen, rolled_back(seen), deed)


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


def delete_deployment(engine: Engine, name: str, actor: str) -> None:
    """Take a deployment away that nobody serves any more; the audit log keeps what it was.

    Raises
    ------
    DeploymentError
        If a worker serves it.
    DeploymentNotFound
    """
    with serially(engine) as connection:
        deployment, route = read_row(row_of(connection, name))
        if serving := live_in(connection, name):
            raise DeploymentError(
                f"{name} is being served.",
                why=f"{len(serving)} workers follow its route.",
                fix="Stop the server first: Ctrl-C where automl serve runs.",
            )
        connection.execute(delete(route_changes).where(route_changes.c.deployment == name))
        connection.execute(delete(deployments).where(deployments.c.name == name))
        append(
            connection,
            actor=actor,
            action="deployment.delete",
            subject=name,
            detail={"spec": deployment.to_json(), "route": route.to_json()},
        )


def _put(connection: Connection, seen: Route, changed: Route, deed: Deed) -> Route:
    cleared = clear_roles(connection, seen, changed, deed)
    new = put_route(connection, seen, changed, deed, cleared)
    if new.stable != seen.stable:
        follow(connection, seen, new, deed, cleared)
    return new
