"""Ending the runs whose supervisor is gone.

Called at every start. A supervisor on this machine is gone when its process is; of one on another
machine only the lease tells.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.execute import store as stores
from automl_magic.execute.atomic_io import sweep
from automl_magic.execute.journal import EVENTS_NAME
from automl_magic.execute.processes import is_alive, kill_run, this_machine
from automl_magic.execute.sockets import remove_sockets
from automl_magic.execute.truth import CellRecord, publish
from automl_magic.records.runs.run import Failure, FailureKind, Run

if TYPE_CHECKING:
    from automl_magic.execute.store import Owner, RunStore


def reconcile(store: RunStore) -> list[Run]:
    """Take over every run whose owner is gone; return the runs that ended so."""
    if not store.path.exists():
        return []
    ended = []
    for run, owner in store.unfinished():
        if not is_gone(run, owner):
            continue
        kill_run(run.run_id)
        record = CellRecord.of_events(_events(Path(run.folder)))
        failure = Failure(
            kind=FailureKind.DIED,
            message="The process that supervised the run is gone.",
            cell_id=record.current,
        )
        if lost := store.take_over(run.run_id, failure=failure):
            tidy(lost, record)
            ended.append(lost)
    return ended


def is_gone(run: Run, owner: Owner) -> bool:
    """Say whether nobody supervises a run any more."""
    if owner.machine != this_machine():
        return time.time() - owner.heartbeat_at > stores.LEASE_S
    if owner.pid == os.getpid():
        return run.run_id not in stores.active
    return not is_alive(owner.pid, owner.pid_started_at)


def tidy(run: Run, record: CellRecord) -> None:
    """Leave a lost run with a truthful notebook, and with nothing half-written."""
    folder = Path(run.folder)
    remove_sockets(run.run_id)
    # The record has its end already; a folder that cannot be written does not change that.
    with contextlib.suppress(OSError, ValueError):
        sweep(folder)
        publish(folder, run.run_id, record, run.failure)


def _events(folder: Path) -> list[dict[str, object]]:
    events = []
    with contextlib.suppress(OSError):
        for line in (folder / EVENTS_NAME).read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict):
                    events.append(event)
    return events
