"""Rows of routes: read them as records, and replace them by compare-and-swap.

Every change goes through `replace_route`. In one serial transaction it requires a clearance for
each version that gets a new role, increases the epoch by one, and writes the history and the audit
log. So every route is approved and logged, and only one of two concurrent changes succeeds.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Row, select, update

from automl_magic.errors import (
    DeploymentError,
    DeploymentNotFound,
    RouteChanged,
    closest_match,
    shorten,
)
from automl_magic.records.codec import Record, dumps
from automl_magic.records.models.deployment import Deployment, Role, Route
from automl_magic.store.approvals import Clearance, clear_version
from automl_magic.store.audit import append
from automl_magic.store.engine import database_time
from automl_magic.store.signing import TrustedKeys
from automl_magic.store.tables import deployments, route_changes


@dataclass(frozen=True)
class AuditContext:
    """The action, actor and reason of a change, and the keys that are trusted for it."""

    action: str
    actor: str
    trusted: TrustedKeys
    reason: str = ""


def deployments_of(
    connection: Connection, model: str | None = None
) -> list[tuple[Deployment, Route]]:
    """Return all deployments, or those of one model, sorted by name."""
    query = select(deployments).order_by(deployments.c.name)
    if model is not None:
        query = query.where(deployments.c.model == model)
    return [read_row(row) for row in connection.execute(query)]


def clear_new_roles(
    connection: Connection, expected: Route | None, changed: Route, context: AuditContext
) -> tuple[Clearance, ...]:
    """Clear every version that gets a new role.

    A version that loses a role needs no clearance, so that a rollback is never blocked by it.

    Raises
    ------
    NotApproved
        If one of them has no valid approval.
    """
    return tuple(
        clear_version(connection, changed.model, version, trusted=context.trusted)
        for version in sorted(_new_in_a_role(expected, changed))
    )


def replace_route(
    connection: Connection,
    expected: Route,
    changed: Route,
    context: AuditContext,
    clearances: Iterable[Clearance],
) -> Route:
    """Replace the expected route, in an `exclusive_transaction`, and return the new one as written.

    Parameters
    ----------
    clearances : iterable of Clearance
        From this transaction: one for each version that gets a new role.

    Raises
    ------
    RouteChanged
        If the route isn't the expected one.
    ValueError
        If a clearance is missing.
    DeploymentError
        If a version would be compared with itself, or nothing would change.
    DeploymentNotFound
    """
    new = dataclasses.replace(changed, epoch=expected.epoch + 1)
    if dataclasses.replace(new, epoch=expected.epoch) == expected:
        raise DeploymentError(
            f"The route of {expected.deployment} wouldn't change.",
            why="It already has these values.",
            fix=f"Review the route: automl route {expected.deployment}",
        )
    check_distinct_versions(new)
    check_clearances(expected, new, clearances)
    result = connection.execute(
        update(deployments)
        .where(deployments.c.name == expected.deployment, deployments.c.epoch == expected.epoch)
        .values(epoch=new.epoch, route=text_of(new), changed_at=database_time(connection))
    )
    if result.rowcount != 1:
        raise route_changed_error(
            expected.deployment, expected.epoch, require_row(connection, expected.deployment).epoch
        )
    log_route_change(connection, expected, new, context)
    return new


def log_route_change(
    connection: Connection, before: Route | None, new: Route, context: AuditContext
) -> None:
    """Add a change to the history and to the audit log."""
    connection.execute(
        route_changes.insert().values(
            deployment=new.deployment,
            epoch=new.epoch,
            route=text_of(new),
            action=context.action,
            actor=context.actor,
            reason=context.reason,
            at=database_time(connection),
        )
    )
    append(
        connection,
        actor=context.actor,
        action=f"route.{context.action}",
        subject=new.deployment,
        detail={
            "from": None if before is None else before.to_json(),
            "to": new.to_json(),
            "reason": context.reason[:1000],
        },
    )


def check_distinct_versions(route: Route) -> None:
    """Raise DeploymentError if a route would compare a version with itself."""
    for role in ("canary", "shadow"):
        if getattr(route, role) == route.stable:
            raise DeploymentError(
                f"Version {route.stable} of {route.model} can't be the {role}.",
                why=f"It's already the stable version of {route.deployment}.",
                fix="Choose another version: automl models",
            )


def check_clearances(before: Route | None, new: Route, clearances: Iterable[Clearance]) -> None:
    """Raise ValueError if a version gets a new role without a clearance."""
    given = tuple(clearances)
    for version in _new_in_a_role(before, new):
        if not any(clearance.is_for(new.model, version) for clearance in given):
            raise ValueError(f"Version {version} of {new.model} wasn't cleared.")


def _new_in_a_role(before: Route | None, new: Route) -> set[int]:
    roles_before = {} if before is None else _roles(before)
    return {version for role, version in _roles(new).items() if roles_before.get(role) != version}


def _roles(route: Route) -> dict[Role, int]:
    versions = {Role.STABLE: route.stable, Role.CANARY: route.canary, Role.SHADOW: route.shadow}
    return {role: version for role, version in versions.items() if version is not None}


def route_changed_error(deployment: str, expected_epoch: int | None, epoch: int) -> RouteChanged:
    """Return the error for a route that isn't the expected one."""
    return RouteChanged(
        f"The route of {deployment} has changed since you read it.",
        why=f"Its epoch is now {epoch}, not {expected_epoch}.",
        fix=f"Review the route and try again: automl route {deployment}",
    )


def find_row(connection: Connection, name: str) -> Row[tuple[object, ...]] | None:
    """Return the row of a deployment, or None."""
    return connection.execute(select(deployments).where(deployments.c.name == name)).first()


def require_row(connection: Connection, name: str) -> Row[tuple[object, ...]]:
    """Return the row of a deployment. Raises DeploymentNotFound."""
    row = find_row(connection, name)
    if row is not None:
        return row
    names = list(connection.execute(select(deployments.c.name).order_by("name")).scalars())
    close = closest_match(name, names)
    raise DeploymentNotFound(
        f"There is no deployment {name[:60]!r}.",
        why=f"The deployments are {shorten(names)}." if names else "There are none yet.",
        fix=f"Use the name {close}." if close else "Create one: automl serve NAME",
    )


def read_row(row: Row[tuple[object, ...]]) -> tuple[Deployment, Route]:
    """Return the deployment and the route of a row."""
    return Deployment.from_json(json.loads(row.spec)), route_of(row.route)


def route_of(text: str) -> Route:
    """Return a route from its JSON text."""
    return Route.from_json(json.loads(text))


def text_of(record: Record) -> str:
    """Return the JSON text of a record, as it's stored."""
    return dumps(record.to_json(), indent=None).strip()
