"""Routes as rows: read as records, and put in each other's place by compare-and-swap.

Every change goes through `put_route`: in one serial transaction it demands a clearance for each
version that takes up a role, moves the epoch by one, and writes the history and the audit log. So
no reader ever sees a route that was not decided by somebody, and of two changes at once exactly one
is made.
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
    near_miss,
    shorten,
)
from automl_magic.records.codec import Record, dumps
from automl_magic.records.models.deployment import Deployment, Role, Route
from automl_magic.store.approvals import Clearance, clear
from automl_magic.store.audit import append
from automl_magic.store.engine import now
from automl_magic.store.signing import TrustedKeys
from automl_magic.store.tables import deployments, route_changes


@dataclass(frozen=True)
class Deed:
    """What is done, who does it and why; and whose signatures are believed meanwhile."""

    action: str
    actor: str
    trusted: TrustedKeys
    reason: str = ""


def deployments_of(
    connection: Connection, model: str | None = None
) -> list[tuple[Deployment, Route]]:
    """Return all deployments, or those of one model, in the order of their names."""
    query = select(deployments).order_by(deployments.c.name)
    if model is not None:
        query = query.where(deployments.c.model == model)
    return [read_row(row) for row in connection.execute(query)]


def clear_roles(
    connection: Connection, seen: Route | None, changed: Route, deed: Deed
) -> tuple[Clearance, ...]:
    """Clear every version that takes up a role which it did not have.

    One that leaves is not asked about, so that a rollback never waits for anything.

    Raises
    ------
    NotApproved
        If one of them has no approval that holds.
    """
    return tuple(
        clear(connection, changed.model, version, trusted=deed.trusted)
        for version in sorted(_new_in_a_role(seen, changed))
    )


def put_route(
    connection: Connection,
    seen: Route,
    changed: Route,
    deed: Deed,
    cleared: Iterable[Clearance],
) -> Route:
    """Put one route in the place of another, in a `serially` transaction; return it as written.

    Parameters
    ----------
    cleared : iterable of Clearance
        Of this transaction: one for each version that takes up a role which it did not have.

    Raises
    ------
    RouteChanged
        If the route is not the one that was seen.
    ValueError
        If a clearance is missing.
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
    check_shape(new)
    check_cleared(seen, new, cleared)
    written = connection.execute(
        update(deployments)
        .where(deployments.c.name == seen.deployment, deployments.c.epoch == seen.epoch)
        .values(epoch=new.epoch, route=text_of(new), changed_at=now(connection))
    )
    if written.rowcount != 1:
        raise changed_since(seen.deployment, seen.epoch, row_of(connection, seen.deployment).epoch)
    note_route(connection, seen, new, deed)
    return new


def note_route(connection: Connection, seen: Route | None, new: Route, deed: Deed) -> None:
    """Write a line of the history and an entry of the audit log."""
    connection.execute(
        route_changes.insert().values(
            deployment=new.deployment,
            epoch=new.epoch,
            route=text_of(new),
            action=deed.action,
            actor=deed.actor,
            reason=deed.reason,
            at=now(connection),
        )
    )
    append(
        connection,
        actor=deed.actor,
        action=f"route.{deed.action}",
        subject=new.deployment,
        detail={
            "from": None if seen is None else seen.to_json(),
            "to": new.to_json(),
            "reason": deed.reason[:1000],
        },
    )


def check_shape(route: Route) -> None:
    """Refuse a route that would compare a version with itself. Raises DeploymentError."""
    for role in ("canary", "shadow"):
        if getattr(route, role) == route.stable:
            raise DeploymentError(
                f"Version {route.stable} of {route.model} cannot be the {role}.",
                why=f"It is the stable version of {route.deployment} already.",
                fix=f"Choose another version: automl models lists those of {route.model}.",
            )


def check_cleared(seen: Route | None, new: Route, cleared: Iterable[Clearance]) -> None:
    """Raise ValueError where a version takes up a role, and nobody has cleared it."""
    proofs = tuple(cleared)
    for version in _new_in_a_role(seen, new):
        if not any(proof.is_for(new.model, version) for proof in proofs):
            raise ValueError(f"Version {version} of {new.model} was not cleared.")


def _new_in_a_role(seen: Route | None, new: Route) -> set[int]:
    before = {} if seen is None else _roles(seen)
    return {version for role, version in _roles(new).items() if before.get(role) != version}


def _roles(route: Route) -> dict[Role, int]:
    named = {Role.STABLE: route.stable, Role.CANARY: route.canary, Role.SHADOW: route.shadow}
    return {role: version for role, version in named.items() if version is not None}


def changed_since(deployment: str, seen: int | None, found: int) -> RouteChanged:
    """Return the error for a route that is not the one that was seen."""
    return RouteChanged(
        f"The route of {deployment} is not the one that was read.",
        why=f"Somebody changed it in between: its epoch is {found}, and {seen} was read.",
        fix=f"Look at it, and decide again: automl route {deployment}",
    )


def find_row(connection: Connection, name: str) -> Row[tuple[object, ...]] | None:
    """Return the row of a deployment, or None."""
    return connection.execute(select(deployments).where(deployments.c.name == name)).first()


def row_of(connection: Connection, name: str) -> Row[tuple[object, ...]]:
    """Return the row of a deployment. Raises DeploymentNotFound."""
    row = find_row(connection, name)
    if row is not None:
        return row
    known = list(connection.execute(select(deployments.c.name).order_by("name")).scalars())
    close = near_miss(name, known)
    raise DeploymentNotFound(
        f"There is no deployment {name[:60]!r}.",
        why=f"The deployments are {shorten(known)}." if known else "There are none yet.",
        fix=f"Use the name {close}." if close else "Make one: automl serve NAME",
    )


def read_row(row: Row[tuple[object, ...]]) -> tuple[Deployment, Route]:
    """Return a row as the deployment and its route."""
    return Deployment.from_json(json.loads(row.spec)), route_of(row.route)


def route_of(text: str) -> Route:
    """Return a route that was kept as text."""
    return Route.from_json(json.loads(text))


def text_of(record: Record) -> str:
    """Return a record as it is kept."""
    return dumps(record.to_json(), indent=None).strip()
