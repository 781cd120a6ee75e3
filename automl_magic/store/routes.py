"""Routes: the versions that a deployment serves. Changed only by compare-and-swap.

If a deployment follows its model's champion and gets another stable version, the alias and the
other followers change in the same transaction (see `champion`).
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
from automl_magic.store.champion import update_followers
from automl_magic.store.engine import database_time, exclusive_transaction, read_transaction
from automl_magic.store.route_rows import (
    AuditContext,
    check_distinct_versions,
    clear_new_roles,
    deployments_of,
    find_row,
    log_route_change,
    read_row,
    replace_route,
    require_row,
    route_changed_error,
    route_of,
    text_of,
)
from automl_magic.store.signing import TrustedKeys
from automl_magic.store.tables import deployments, route_changes
from automl_magic.store.workers import live_workers_in


class RouteFields(TypedDict, total=False):
    """The fields of a route to change. Omitted fields stay the same."""

    stable: int
    canary: int | None
    shadow: int | None
    percent: float
    kind: StrategyKind
    sticky: bool
    previous: int | None


@dataclass(frozen=True)
class RouteChange:
    """A change in a route's history. `at` is a Unix time in seconds."""

    route: Route
    action: str
    actor: str
    reason: str
    at: float


def read_route(engine: Engine, deployment: str) -> Route:
    """Return the route of a deployment. Raises DeploymentNotFound."""
    return read_deployment(engine, deployment)[1]


def read_deployment(engine: Engine, name: str) -> tuple[Deployment, Route]:
    """Return a deployment and its route, from one snapshot. Raises DeploymentNotFound."""
    with read_transaction(engine) as connection:
        return read_row(require_row(connection, name))


def find_deployment(engine: Engine, name: str) -> tuple[Deployment, Route] | None:
    """Return a deployment and its route, or None if the deployment doesn't exist."""
    with read_transaction(engine) as connection:
        row = find_row(connection, name)
        return None if row is None else read_row(row)


def list_deployments(engine: Engine, model: str | None = None) -> list[tuple[Deployment, Route]]:
    """Return all deployments, or those of one model, sorted by name."""
    with read_transaction(engine) as connection:
        return deployments_of(connection, model)


def read_epochs(engine: Engine, names: Iterable[str]) -> dict[str, int]:
    """Return the epochs of some deployments, without those that don't exist.

    One index lookup, because a server calls it several times a second.
    """
    with read_transaction(engine) as connection:
        query = select(deployments.c.name, deployments.c.epoch)
        rows = connection.execute(query.where(deployments.c.name.in_(list(names))))
        return {row.name: row.epoch for row in rows}


def history(engine: Engine, deployment: str, limit: int = 50) -> list[RouteChange]:
    """Return the latest changes of a route, newest first. Raises DeploymentNotFound."""
    with read_transaction(engine) as connection:
        require_row(connection, deployment)
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


def first_routed_at(engine: Engine, deployment: str, version: int) -> float | None:
    """Return the Unix time when a version first got a role in a route, or None if it never had one.

    Raises DeploymentNotFound.
    """
    with read_transaction(engine) as connection:
        require_row(connection, deployment)
        rows = connection.execute(
            select(route_changes.c.route, route_changes.c.at)
            .where(route_changes.c.deployment == deployment)
            .order_by(route_changes.c.epoch)
        )
        return next((row.at for row in rows if version in route_of(row.route).versions), None)


def create_deployment(
    engine: Engine,
    deployment: Deployment,
    route: Route,
    actor: str,
    *,
    trusted: TrustedKeys,
) -> Route:
    """Write a new deployment with its first route, and return the route with epoch 1.

    Raises
    ------
    NotApproved
        If a version of the route has no valid approval.
    DeploymentError
        If the name is taken, or the route is invalid (see `replace_route`).
    """
    if deployment.name != route.deployment:
        raise ValueError(f"The route belongs to {route.deployment!r}.")
    first = dataclasses.replace(route, epoch=1)
    check_distinct_versions(first)
    with exclusive_transaction(engine) as connection:
        if find_row(connection, deployment.name) is not None:
            raise DeploymentError(
                f"The deployment {deployment.name!r} already exists.",
                why="Deployment names must be unique.",
                fix=f"Use another name, or review the deployment: automl route {deployment.name}",
            )
        context = AuditContext("create", actor, trusted)
        clear_new_roles(connection, None, first, context)
        created_at = database_time(connection)
        connection.execute(
            deployments.insert().values(
                name=deployment.name,
                model=first.model,
                epoch=first.epoch,
                route=text_of(first),
                spec=text_of(deployment),
                created_at=created_at,
                changed_at=created_at,
            )
        )
        log_route_change(connection, None, first, context)
    return first


def change_deployment(
    engine: Engine,
    deployment: Deployment,
    actor: str,
    *,
    expected: Route | None = None,
    desired: Route | None = None,
    trusted: TrustedKeys,
) -> None:
    """Update the settings of a deployment (checks, limits, objectives), and its route if given.

    Servers read the settings when they start, and follow the route at once.

    Parameters
    ----------
    expected, desired : Route, optional
        The route as it was read, and the one to replace it.

    Raises
    ------
    RouteChanged, NotApproved, DeploymentError, DeploymentNotFound
        As `change_route`. Nothing is written then.
    """
    with exclusive_transaction(engine) as connection:
        before, _ = read_row(require_row(connection, deployment.name))
        if before != deployment:
            connection.execute(
                update(deployments)
                .where(deployments.c.name == deployment.name)
                .values(spec=text_of(deployment), changed_at=database_time(connection))
            )
            append(
                connection,
                actor=actor,
                action="deployment.change",
                subject=deployment.name,
                detail={"spec": deployment.to_json()},
            )
        if expected is not None and desired is not None and desired != expected:
            _put(
                connection, expected, desired, AuditContext("serve", actor, trusted, "as requested")
            )


def change_route(
    engine: Engine,
    expected: Route,
    *,
    action: str,
    actor: str,
    reason: str = "",
    trusted: TrustedKeys,
    **fields: Unpack[RouteFields],
) -> Route:
    """Change some fields of the expected route, and return the new route.

    A new `stable` makes the old one `previous`, unless `previous` is also given.

    Raises
    ------
    RouteChanged
        If the route isn't the expected one. Nothing is written then.
    NotApproved, DeploymentError, DeploymentNotFound
        As `replace_route`.
    """
    if fields.get("stable", expected.stable) != expected.stable:
        fields.setdefault("previous", expected.stable)
    changed = dataclasses.replace(expected, **fields)
    with exclusive_transaction(engine) as connection:
        return _put(connection, expected, changed, AuditContext(action, actor, trusted, reason))


def roll_back(
    engine: Engine,
    deployment: str,
    actor: str,
    reason: str,
    expected_epoch: int | None = None,
    *,
    trusted: TrustedKeys,
) -> Route:
    """Remove the canary if there is one, otherwise restore the previous stable version.

    Parameters
    ----------
    expected_epoch : int, optional
        The epoch in which the reason was observed. In any other epoch nothing changes.

    Raises
    ------
    RouteChanged
        If the route has another epoch.
    DeploymentError
        If there is no canary and no previous version.
    NotApproved
        If the previous version no longer has a valid approval.
    DeploymentNotFound
    """
    with exclusive_transaction(engine) as connection:
        _, current = read_row(require_row(connection, deployment))
        if expected_epoch not in (None, current.epoch):
            raise route_changed_error(deployment, expected_epoch, current.epoch)
        context = AuditContext("roll_back", actor, trusted, reason)
        return _put(connection, current, rolled_back(current), context)


def rolled_back(route: Route) -> Route:
    """Return the route without its canary, or with the previous stable version.

    `previous` is empty afterwards, so that the removed version isn't restored. Raises
    DeploymentError if there is neither.
    """
    if route.canary is not None:
        return dataclasses.replace(route, canary=None, percent=0.0)
    if route.previous is None:
        raise DeploymentError(
            f"{route.deployment} has nothing to roll back to.",
            why=f"It has no canary, and there is no version before {route.stable} to restore.",
            fix=f"Promote another version: automl promote {route.model} VERSION champion",
        )
    shadow = None if route.shadow == route.previous else route.shadow
    return dataclasses.replace(route, stable=route.previous, shadow=shadow, previous=None)


def delete_deployment(engine: Engine, name: str, actor: str) -> None:
    """Delete a deployment that no worker serves. The audit log keeps its settings and route.

    Raises
    ------
    DeploymentError
        If a worker serves it.
    DeploymentNotFound
    """
    with exclusive_transaction(engine) as connection:
        deployment, route = read_row(require_row(connection, name))
        if serving := live_workers_in(connection, name):
            raise DeploymentError(
                f"Can't delete {name}: it's being served.",
                why=f"{len(serving)} {'worker follows' if len(serving) == 1 else 'workers follow'} "
                "its route.",
                fix="Stop the server first: press Ctrl-C where automl serve is running.",
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


def _put(connection: Connection, expected: Route, changed: Route, context: AuditContext) -> Route:
    clearances = clear_new_roles(connection, expected, changed, context)
    new = replace_route(connection, expected, changed, context, clearances)
    if new.stable != expected.stable:
        update_followers(connection, expected, new, context, clearances)
    return new
