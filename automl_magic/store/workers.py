"""Workers: which server processes live, and which route each has taken up."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Engine, delete, select

from automl_magic.records.models.deployment import Route
from automl_magic.store.engine import now, reading, writing
from automl_magic.store.tables import workers
from automl_magic.store.upsert import upsert

# A worker that has not spoken for so long is taken for dead, and nobody waits for it.
LIVE_S = 5.0
# A worker loads a version before it follows a route to it, and some versions are large.
CONFIRM_S = 60.0
_GONE_S = 3600.0
_PAUSE_S = 0.02


def beat(engine: Engine, worker_id: str, epochs: Mapping[str, int]) -> None:
    """Say that a worker lives, and which epoch of each deployment's route it follows.

    Deployments that the worker served before and does not name any more are forgotten.
    """
    with writing(engine) as connection:
        at = now(connection)
        mine = workers.c.id == worker_id
        left = mine & workers.c.deployment.not_in(list(epochs))
        connection.execute(delete(workers).where(left | (workers.c.beat_at < at - _GONE_S)))
        upsert(
            connection,
            workers,
            [
                {"id": worker_id, "deployment": name, "epoch": epoch, "beat_at": at}
                for name, epoch in epochs.items()
            ],
        )


def forget(engine: Engine, worker_id: str) -> None:
    """Say that a worker has ended."""
    with writing(engine) as connection:
        connection.execute(delete(workers).where(workers.c.id == worker_id))


def live(engine: Engine, deployment: str) -> dict[str, int]:
    """Return the live workers of a deployment, each with the epoch that it follows."""
    with reading(engine) as connection:
        return live_in(connection, deployment)


def live_in(connection: Connection, deployment: str) -> dict[str, int]:
    """Return what `live` does, as a transaction sees it."""
    query = select(workers.c.id, workers.c.epoch).where(
        workers.c.deployment == deployment, workers.c.beat_at > now(connection) - LIVE_S
    )
    return {row.id: row.epoch for row in connection.execute(query)}


def wait_until_seen(
    engine: Engine, deployment: str, epoch: int, timeout_s: float = 10.0
) -> list[str]:
    """Wait until every live worker of a deployment follows an epoch, or a later one.

    Returns
    -------
    list of str
        The ids of the workers that have not confirmed in time; empty if all have. A worker whose
        last beat is older than `LIVE_S` is not waited for.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        behind = sorted(w for w, seen in live(engine, deployment).items() if seen < epoch)
        if not behind or time.monotonic() >= deadline:
            return behind
        time.sleep(_PAUSE_S)


def not_following(engine: Engine, routes: Iterable[Route]) -> dict[str, list[str]]:
    """Wait until live workers follow these routes; return those that do not, by deployment."""
    behind = {
        route.deployment: wait_until_seen(engine, route.deployment, route.epoch, CONFIRM_S)
        for route in routes
    }
    return {name: workers for name, workers in behind.items() if workers}
