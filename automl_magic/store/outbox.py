"""The outbox: what others shall be told, written in the transaction that made it true.

A row is an order that is carried out at least once, by whichever process comes next. An order says
what to look at, not what to write: who carries it out reads the truth of that moment, so that it
does not matter how often or how late that happens.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from automl_magic.records.codec import dumps
from automl_magic.store.engine import now, reading, writing
from automl_magic.store.locks import DELIVERY, try_lock
from automl_magic.store.tables import outbox

# The aliases of a model shall be written to MLflow: {"model": name, "gone": [alias, …]}.
ALIASES_OF = "mlflow.aliases"
_PAUSE_S = 0.05


@dataclass(frozen=True)
class Order:
    """An order that was not carried out yet, and what became of the attempts."""

    id: int
    payload: Mapping[str, Any]
    attempts: int
    error: str | None


def enqueue(connection: Connection, kind: str, payload: Mapping[str, Any]) -> None:
    """Write an order in the transaction of what it tells of."""
    connection.execute(
        outbox.insert().values(
            kind=kind, payload=dumps(payload, indent=None).strip(), created_at=now(connection)
        )
    )


def pending(engine: Engine, kind: str) -> list[Order]:
    """Return the orders of a kind that are still to be carried out, the oldest first."""
    query = select(outbox).where(outbox.c.kind == kind, outbox.c.done_at.is_(None))
    with reading(engine) as connection:
        return [
            Order(row.id, json.loads(row.payload), row.attempts, row.error)
            for row in connection.execute(query.order_by(outbox.c.id))
        ]


def done(engine: Engine, ids: Sequence[int]) -> None:
    """Mark orders as carried out."""
    with writing(engine) as connection:
        values = {"done_at": now(connection), "error": None}
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(**values))


def failed(engine: Engine, ids: Sequence[int], error: str) -> None:
    """Count an attempt that came to nothing, and keep why."""
    with writing(engine) as connection:
        values = {"attempts": outbox.c.attempts + 1, "error": error[:1000]}
        connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(**values))


@contextlib.contextmanager
def delivering_alone(engine: Engine, wait_s: float) -> Iterator[bool]:
    """Give True to one process at a time, False to one that has waited in vain.

    Two who carry out orders at once could write an older truth over a newer one. Where a process
    dies, the system gives its lock back.
    """
    deadline = time.monotonic() + wait_s
    if engine.dialect.name == "postgresql":
        query = try_lock(DELIVERY)
        with writing(engine) as connection:
            while not (is_mine := bool(connection.execute(query).scalar())):
                if time.monotonic() >= deadline:
                    break
                time.sleep(_PAUSE_S)
            yield is_mine
        return
    path = Path(str(engine.url.database))
    with path.with_name(path.name + ".outbox.lock").open("a") as file:
        while not (is_mine := _locked(file.fileno())):
            if time.monotonic() >= deadline:
                break
            time.sleep(_PAUSE_S)
        yield is_mine


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
