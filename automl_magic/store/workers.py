"""Workers: the live server processes, and the route that each one follows."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Engine, delete, select

from automl_magic.records.models.deployment import Route
from automl_magic.store.engine import database_time, read_transaction, write_transaction
from automl_magic.store.tables import workers
from automl_magic.store.upsert import upsert

# A worker without a heartbeat for this long counts as dead, and isn't waited for.
LIVE_S = 5.0
# A worker loads a version before it follows a route to it, which takes long for large versions.
CONFIRM_S = 60.0
_DELETE_AFTER_S = 3600.0
_POLL_S = 0.02


def heartbeat(engine: Engine, worker_id: str, epochs: Mapping[str, int]) -> None:
    """Write a worker's heartbeat, with the epoch of each deployment's route that it follows.

    Deployments that the worker no longer serves are removed.
    """
    with write_transaction(engine) as connection:
        timestamp = database_time(connection)
        is_this_worker = workers.c.id == worker_id
        no_longer_served = is_this_worker & workers.c.deployment.not_in(list(epochs))
        connection.execute(
            delete(workers).where(
                no_longer_served | (workers.c.beat_at < timestamp - _DELETE_AFTER_S)
            )
        )
        upsert(
            connection,
            workers,
            [
                {"id": worker_id, "deployment": name, "epoch": epoch, "beat_at": timestamp}
                for name, epoch in epochs.items()
            ],
        )


def remove_worker(engine: Engine, worker_id: str) -> None:
    """Remove a worker that has ended."""
    with write_transaction(engine) as connection:
        connection.execute(delete(workers).where(workers.c.id == worker_id))


def live_workers(engine: Engine, deployment: str) -> dict[str, int]:
    """Return the live workers of a deployment: worker ID → epoch that it follows."""
    with read_transaction(engine) as connection:
        return live_workers_in(connection, deployment)


def live_workers_in(connection: Connection, deployment: str) -> dict[str, int]:
    """Return the live workers of a deployment, as seen by a transaction."""
    query = select(workers.c.id, workers.c.epoch).where(
        workers.c.deployment == deployment, workers.c.beat_at > database_time(connection) - LIVE_S
    )
    return {row.id: row.epoch for row in connection.execute(query)}


def wait_for_epoch(
    engine: Engine, deployment: str, epoch: int, timeout_s: float = 10.0
) -> list[str]:
    """Wait until every live worker of a deployment follows an epoch or a later one.

    Parameters
    ----------
    timeout_s : float
        Maximum time to wait, in seconds.

    Returns
    -------
    list of str
        The IDs of the workers that haven't confirmed in time. Empty if all have. Workers whose
        last heartbeat is older than `LIVE_S` aren't waited for.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        lagging = sorted(
            w
            for w, worker_epoch in live_workers(engine, deployment).items()
            if worker_epoch < epoch
        )
        if not lagging or time.monotonic() >= deadline:
            return lagging
        time.sleep(_POLL_S)


def wait_for_routes(engine: Engine, routes: Iterable[Route]) -> dict[str, list[str]]:
    """Wait until live workers follow these routes. Return those that don't, by deployment."""
    lagging = {
        route.deployment: wait_for_epoch(engine, route.deployment, route.epoch, CONFIRM_S)
        for route in routes
    }
    return {name: workers for name, workers in lagging.items() if workers}
