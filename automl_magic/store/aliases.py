"""Aliases of model versions, such as `champion`. The store is authoritative; MLflow gets a copy.

All aliases of a model change together, by compare-and-swap on the model's epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, delete, select, update

from automl_magic.errors import RouteChanged
from automl_magic.store.audit import append
from automl_magic.store.engine import database_time, read_transaction
from automl_magic.store.outbox import MLFLOW_ALIASES, enqueue
from automl_magic.store.tables import aliases, models
from automl_magic.store.upsert import upsert


@dataclass(frozen=True)
class Aliases:
    """The aliases of a model: alias → version. Epoch 0 means that none were ever set."""

    model: str
    epoch: int = 0
    versions: Mapping[str, int] = field(default_factory=dict)


def read_aliases(engine: Engine, model: str) -> Aliases:
    """Return the aliases of a model, from one snapshot."""
    with read_transaction(engine) as connection:
        return aliases_in(connection, model)


def aliases_in(connection: Connection, model: str) -> Aliases:
    """Return the aliases of a model, as seen by a transaction."""
    epoch = connection.execute(select(models.c.epoch).where(models.c.name == model)).scalar()
    rows = connection.execute(
        select(aliases.c.alias, aliases.c.version)
        .where(aliases.c.model == model)
        .order_by(aliases.c.alias)
    )
    return Aliases(model, epoch or 0, {row.alias: row.version for row in rows})


def replace_aliases(
    connection: Connection,
    expected: Aliases,
    versions: Mapping[str, int],
    *,
    action: str,
    actor: str,
    reason: str = "",
) -> Aliases:
    """Replace the expected aliases with others, in an `exclusive_transaction`.

    Also writes an audit entry and an outbox message for MLflow. Writes nothing if nothing changes.

    Raises
    ------
    RouteChanged
        If the aliases aren't the expected ones.
    """
    _check_epoch(connection, expected)
    if dict(versions) == dict(expected.versions):
        return expected
    new = Aliases(expected.model, expected.epoch + 1, dict(versions))
    if expected.epoch == 0:
        connection.execute(models.insert().values(name=expected.model, epoch=new.epoch))
    else:
        is_expected = (models.c.name == expected.model) & (models.c.epoch == expected.epoch)
        connection.execute(update(models).where(is_expected).values(epoch=new.epoch))
    removed = sorted(set(expected.versions) - set(versions))
    connection.execute(
        delete(aliases).where(aliases.c.model == expected.model, aliases.c.alias.in_(removed))
    )
    set_at = database_time(connection)
    changed = {a: v for a, v in versions.items() if expected.versions.get(a) != v}
    upsert(
        connection,
        aliases,
        [
            {"model": expected.model, "alias": alias, "version": version, "set_at": set_at}
            for alias, version in changed.items()
        ],
    )
    append(
        connection,
        actor=actor,
        action=action,
        subject=expected.model,
        detail={"from": dict(expected.versions), "to": dict(versions), "reason": reason[:1000]},
    )
    enqueue(connection, MLFLOW_ALIASES, {"model": expected.model, "gone": removed})
    return new


def _check_epoch(connection: Connection, expected: Aliases) -> None:
    epoch = connection.execute(
        select(models.c.epoch).where(models.c.name == expected.model)
    ).scalar()
    if (epoch or 0) != expected.epoch:
        raise RouteChanged(
            f"The aliases of {expected.model} have changed since you read them.",
            why=f"Their epoch is now {epoch or 0}, not {expected.epoch}.",
            fix="Review the aliases and try again: automl models",
        )
