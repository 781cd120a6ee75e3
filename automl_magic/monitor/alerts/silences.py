"""Silences: who need not hear about what, until when. Alerts go on; only notices stay away."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, select

from automl_magic.errors import MonitorError
from automl_magic.store.engine import reading, writing
from automl_magic.store.tables import alerts, silences

LONGEST_S = 30 * 86_400.0


@dataclass(frozen=True)
class Silence:
    """`key` is an alert, a group (`deployment/kind`) or a deployment."""

    key: str
    reason: str
    actor: str
    at: float
    until: float


def silence(
    engine: Engine, key: str, *, for_s: float, reason: str, actor: str, at: float
) -> Silence:
    """Send no notices about an alert, a group or a deployment for so many seconds.

    Raises
    ------
    MonitorError
        If there is no such alert, or the time is not one.
    """
    if not 0 < for_s <= LONGEST_S:
        raise MonitorError(
            f"{for_s:g} s is no time to be silent for.",
            why="A silence lasts from a second to 30 days: what is wrong must come up again.",
            fix=f"automl alerts silence {key} --for 2h",
        )
    made = Silence(key, reason[:500], actor, at, at + for_s)
    with writing(engine) as connection:
        known = {
            name
            for row in connection.execute(select(alerts.c.key, alerts.c.group, alerts.c.deployment))
            for name in row
        }
        if key not in known:
            raise MonitorError(
                f"There is nothing called {key[:100]!r} to be silent about.",
                why="A silence names an alert, a group of alerts or a deployment that had one.",
                fix="See them: automl alerts",
            )
        connection.execute(silences.insert().values(**vars(made)))
    return made


def silences_of(engine: Engine, *, at: float) -> tuple[Silence, ...]:
    """Return the silences that hold at a moment."""
    with reading(engine) as connection:
        return _holding(connection, at)


def silenced(connection: Connection, at: float) -> frozenset[str]:
    """Return the keys that a transaction finds silenced."""
    return frozenset(one.key for one in _holding(connection, at))


def _holding(connection: Connection, at: float) -> tuple[Silence, ...]:
    rows = connection.execute(
        select(silences).where(silences.c.until > at).order_by(silences.c.until)
    )
    return tuple(Silence(row.key, row.reason, row.actor, row.at, row.until) for row in rows)
