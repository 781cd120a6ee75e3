"""Aliases: what `champion` and the others mean. This is the truth; MLflow's are written after it.

All aliases of a model change together, by compare-and-swap on the model's epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, delete, select, update

from automl_magic.errors import RouteChanged
from automl_magic.store.audit import append
from automl_magic.store.engine import now, reading
from automl_magic.store.outbox import ALIASES_OF, enqueue
from automl_magic.store.tables import aliases, models
from automl_magic.store.upsert import upsert


@dataclass(frozen=True)
class Aliases:
    """What the aliases of a model mean: alias → version. Epoch 0: nothing was said yet."""

    model: str
    epoch: int = 0
    versions: Mapping[str, int] = field(default_factory=dict)


def read_aliases(engine: Engine, model: str) -> Aliases:
    """Return the aliases of a model, as they are at one moment."""
    with reading(engine) as connection:
        return aliases_in(connection, model)


def aliases_in(connection: Connection, model: str) -> Aliases:
    """Return what `read_aliases` does, as a transaction sees it."""
    epoch = connection.execute(select(models.c.epoch).where(models.c.name == model)).scalar()
    rows = connection.execute(
        select(aliases.c.alias, aliases.c.version)
        .where(aliases.c.model == model)
        .order_by(aliases.c.alias)
    )
    return Aliases(model, epoch or 0, {row.alias: row.version for row in rows})


def put_aliases(
    connection: Connection,
    seen: Aliases,
    versions: Mapping[str, int],
    *,
    action: str,
    actor: str,
    reason: str = "",
) -> Aliases:
    """Put other aliases in the place of those that were seen, in a `serially` transaction.

    With them come the audit entry and the order to tell MLflow. Where nothing changes, nothing is
    written.

    Raises
    ------
    RouteChanged
        If the aliases are not those that were seen.
    """
    _check_epoch(connection, seen)
    if dict(versions) == dict(seen.versions):
        return seen
    new = Aliases(seen.model, seen.epoch + 1, dict(versions))
    if seen.epoch == 0:
        connection.execute(models.insert().values(name=seen.model, epoch=new.epoch))
    else:
        is_seen = (models.c.name == seen.model) & (models.c.epoch == seen.epoch)
        connection.execute(update(models).where(is_seen).values(epoch=new.epoch))
    gone = sorted(set(seen.versions) - set(versions))
    connection.execute(
        delete(aliases).where(aliases.c.model == seen.model, aliases.c.alias.in_(gone))
    )
    at = now(connection)
    moved = {a: v for a, v in versions.items() if seen.versions.get(a) != v}
    upsert(
        connection,
        aliases,
        [
            {"model": seen.model, "alias": alias, "version": version, "set_at": at}
            for alias, version in moved.items()
        ],
    )
    append(
        connection,
        actor=actor,
        action=action,
        subject=seen.model,
        detail={"from": dict(seen.versions), "to": dict(versions), "reason": reason[:1000]},
    )
    enqueue(connection, ALIASES_OF, {"model": seen.model, "gone": gone})
    return new


def _check_epoch(connection: Connection, seen: Aliases) -> None:
    found = connection.execute(select(models.c.epoch).where(models.c.name == seen.model)).scalar()
    if (found or 0) != seen.epoch:
        raise RouteChanged(
            f"The aliases of {seen.model} are not those that were read.",
            why=f"Somebody changed them in between: their epoch is {found}, "
            f"and {seen.epoch} was read.",
            fix="Look at them, and decide again: automl models",
        )
