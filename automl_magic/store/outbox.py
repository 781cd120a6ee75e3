"""The outbox: messages for other systems, written in the transaction of the change.

A message is delivered at least once, by any process. It says what changed, not the new value: the
delivering process reads the current value, so late or repeated deliveries are harmless. Several
processes may deliver at once. None has a lock meanwhile, because the other system may not answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from automl_magic.records.codec import dumps
from automl_magic.store.engine import database_time, read_transaction, write_transaction
from automl_magic.store.tables import outbox

# Write the aliases of a model to MLflow: {"model": name, "gone": [removed alias, …]}.
MLFLOW_ALIASES = "mlflow.aliases"


@dataclass(frozen=True)
class OutboxMessage:
    """A pending message, with its failed attempts and the last error."""

    id: int
    payload: Mapping[str, Any]
    attempts: int
    error: str | None


def enqueue(connection: Connection, kind: str, payload: Mapping[str, object]) -> None:
    """Write a message in the transaction of the change that it's about."""
    connection.execute(
        outbox.insert().values(
            kind=kind,
            payload=dumps(payload, indent=None).strip(),
            created_at=database_time(connection),
        )
    )


def pending(engine: Engine, kind: str) -> list[OutboxMessage]:
    """Return the pending messages of a kind, oldest first."""
    query = select(outbox).where(outbox.c.kind == kind, outbox.c.done_at.is_(None))
    with read_transaction(engine) as connection:
        return [
            OutboxMessage(row.id, json.loads(row.payload), row.attempts, row.error)
            for row in connection.execute(query.order_by(outbox.c.id))
        ]


def mark_delivered(engine: Engine, ids: Sequence[int]) -> None:
    """Mark messages as delivered."""
    with write_transaction(engine) as connection:
        values = {"done_at": database_time(connection), "error": None}
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(**values))


def mark_failed(engine: Engine, ids: Sequence[int], error: str) -> None:
    """Count a failed attempt, and store its error."""
    with write_transaction(engine) as connection:
        values = {"attempts": outbox.c.attempts + 1, "error": error[:1000]}
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(**values))
