"""Silences: periods without notifications. Silenced alerts still fire and resolve."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from automl_magic.errors import MonitorError
from automl_magic.store.engine import read_transaction, write_transaction
from automl_magic.store.tables import alerts, silences

MAX_SILENCE_S = 30 * 86_400.0


@dataclass(frozen=True)
class Silence:
    """A silence of an alert, a group (`deployment/kind`) or a deployment, named by `key`."""

    key: str
    reason: str
    actor: str
    at: float
    until: float


def silence(
    engine: Engine, key: str, *, for_s: float, reason: str, actor: str, now: float
) -> Silence:
    """Stop the notifications of an alert, a group or a deployment for `for_s` seconds.

    Raises
    ------
    MonitorError
        If `key` doesn't match an alert, or `for_s` is out of range.
    """
    if not 0 < for_s <= MAX_SILENCE_S:
        raise MonitorError(
            f"Can't silence alerts for {for_s:g} s.",
            why="A silence lasts more than 0 s and at most 30 days, so problems come up again.",
            fix=f"Choose another duration: automl alerts silence {key} --for 2h",
        )
    created = Silence(key, reason[:500], actor, now, now + for_s)
    with write_transaction(engine) as connection:
        valid_keys = {
            name
            for row in connection.execute(select(alerts.c.key, alerts.c.group, alerts.c.deployment))
            for name in row
        }
        if key not in valid_keys:
            raise MonitorError(
                f"{key[:100]!r} doesn't match an alert.",
                why="A silence needs the name of an alert, a group or a deployment with alerts.",
                fix="List alerts: automl alerts",
            )
        connection.execute(silences.insert().values(**vars(created)))
    return created


def silences_of(engine: Engine, *, now: float) -> tuple[Silence, ...]:
    """Return the silences that are active at a time."""
    with read_transaction(engine) as connection:
        return _active_silences(connection, now)


def read_silenced_keys(connection: Connection, now: float) -> frozenset[str]:
    """Return the silenced keys, read in an open transaction."""
    return frozenset(active.key for active in _active_silences(connection, now))


def _active_silences(connection: Connection, now: float) -> tuple[Silence, ...]:
    rows = connection.execute(
        select(silences).where(silences.c.until > now).order_by(silences.c.until)
    )
    return tuple(Silence(row.key, row.reason, row.actor, row.at, row.until) for row in rows)
