"""Deliver notifications from the outbox to the channels, with a limited number of retries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, select, update

from automl_magic.errors import AutomlMagicError
from automl_magic.monitor.alerts.channels import NotificationRejected, send
from automl_magic.monitor.alerts.observation import storable
from automl_magic.monitor.alerts.secrets import SecretOf
from automl_magic.records.monitoring.alert import Channel, MonitorSpec, Notification
from automl_magic.store.engine import read_transaction, write_transaction
from automl_magic.store.tables import notices

PENDING, SENDING, SENT, DEAD = "pending", "sending", "sent", "dead"
MAX_ATTEMPTS = 8
FIRST_WAIT_S, MAX_WAIT_S = 30.0, 3_600.0
# A process that hasn't finished sending after this time is considered dead.
LEASE_S = 120.0
_BATCH_SIZE = 50


@dataclass(frozen=True)
class UndeliveredNotification:
    """A notification that couldn't be sent. `is_dead` if there are no more retries."""

    id: int
    group: str
    channel: str
    title: str
    attempts: int
    error: str
    is_dead: bool


def deliver_notifications(
    engine: Engine, monitor: MonitorSpec, secret_of: SecretOf, *, now: float
) -> int:
    """Send the due notifications of a deployment, and return how many were sent.

    A failed notification is retried after 30 s, then with double the wait each time, up to an
    hour. After eight attempts, or if a retry wouldn't help, it's marked as dead and keeps its
    error. Delivery is at least once: if a process dies right after sending, the notification is
    sent again.

    Parameters
    ----------
    secret_of : callable
        Returns the secret of a name in the monitor file: `Workspace.secret`.
    now : float
        Current time, in seconds since 1970.
    """
    channels = {channel.name: channel for channel in monitor.all_channels}
    return sum(
        _send_one(engine, channels, secret_of, row_id, now=now)
        for row_id in _due(engine, monitor, now=now)
    )


def undelivered_notifications(
    engine: Engine, deployment: str | None = None
) -> tuple[UndeliveredNotification, ...]:
    """Return the unsent notifications with an error, the newest first."""
    query = select(notices).where(notices.c.error.is_not(None), notices.c.status != SENT)
    if deployment is not None:
        query = query.where(notices.c.group.startswith(f"{deployment}/", autoescape=True))
    with read_transaction(engine) as connection:
        rows = connection.execute(query.order_by(notices.c.id.desc()).limit(100)).all()
    return tuple(
        UndeliveredNotification(
            id=row.id,
            group=row.group,
            channel=row.channel,
            title=json.loads(row.document)["title"],
            attempts=row.attempts,
            error=row.error,
            is_dead=row.status == DEAD,
        )
        for row in rows
    )


def _due(engine: Engine, monitor: MonitorSpec, *, now: float) -> list[int]:
    query = select(notices.c.id).where(
        notices.c.status.in_([PENDING, SENDING]),
        notices.c.due_at <= now,
        notices.c.group.startswith(f"{monitor.name}/", autoescape=True),
    )
    with read_transaction(engine) as connection:
        return list(connection.execute(query.order_by(notices.c.id).limit(_BATCH_SIZE)).scalars())


def _send_one(
    engine: Engine,
    channels: Mapping[str, Channel],
    secret_of: SecretOf,
    row_id: int,
    *,
    now: float,
) -> bool:
    with write_transaction(engine) as connection:
        is_open = notices.c.status.in_([PENDING, SENDING])
        claim = connection.execute(
            update(notices)
            .where(notices.c.id == row_id, is_open, notices.c.due_at <= now)
            .values(status=SENDING, attempts=notices.c.attempts + 1, due_at=now + LEASE_S)
        )
        if claim.rowcount != 1:  # another monitor claimed it
            return False
        row = connection.execute(select(notices).where(notices.c.id == row_id)).one()
    is_last, error = row.attempts >= MAX_ATTEMPTS, None
    try:
        if (channel := channels.get(row.channel)) is None:
            raise NotificationRejected(
                f"The channel {row.channel!r} is no longer in the monitor file."
            )
        notice = Notification.from_json(json.loads(row.document))
        send(channel, notice, notice_id=row.id, secret_of=secret_of)
    except NotificationRejected as rejection:
        is_last, error = True, str(rejection)
    except AutomlMagicError as problem:
        error = f"{problem.what} {problem.why}"
    wait_s = min(MAX_WAIT_S, FIRST_WAIT_S * 2 ** (row.attempts - 1))
    update_values = (
        {"status": SENT, "sent_at": now, "error": None}
        if error is None
        else {
            "status": DEAD if is_last else PENDING,
            "due_at": now + wait_s,
            "error": storable(error)[:500],
        }
    )
    with write_transaction(engine) as connection:
        connection.execute(
            update(notices)
            .where(notices.c.id == row_id, notices.c.status == SENDING)
            .values(**update_values)
        )
    return error is None
