"""End runs whose supervisor is dead.

This is called at every start. A supervisor on this machine is dead if its process has ended. A
supervisor on another machine is considered dead if its lease has expired.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.execute import store as stores
from automl_magic.execute.atomic_io import remove_temporary_files
from automl_magic.execute.cell_record import CellRecord, write_executed_notebook
from automl_magic.execute.journal import EVENTS_NAME
from automl_magic.execute.processes import is_alive, kill_run, this_machine
from automl_magic.execute.sockets import remove_socket_folder
from automl_magic.records.runs.run import Failure, FailureKind, Run

if TYPE_CHECKING:
    from automl_magic.execute.store import Owner, RunStore


def reconcile(store: RunStore) -> list[Run]:
    """Take over all runs whose owner is dead. Return the runs that were ended."""
    if not store.path.exists():
        return []
    ended_runs = []
    for run, owner in store.unfinished():
        if not is_orphaned(run, owner):
            continue
        kill_run(run.run_id)
        record = CellRecord.from_events(_events(Path(run.folder)))
        failure = Failure(
            kind=FailureKind.DIED,
            message="The run's supervisor process has died.",
            cell_id=record.current,
        )
        if lost_run := store.take_over(run.run_id, failure=failure):
            clean_up(lost_run, record)
            ended_runs.append(lost_run)
    return ended_runs


def is_orphaned(run: Run, owner: Owner) -> bool:
    """Return whether a run no longer has a supervisor."""
    if owner.machine != this_machine():
        return time.time() - owner.heartbeat_at > stores.LEASE_S
    if owner.pid == os.getpid():
        return run.run_id not in stores.active_run_ids
    return not is_alive(owner.pid, owner.pid_started_at)


def clean_up(run: Run, record: CellRecord) -> None:
    """Clean up a lost run: write its executed notebook and remove partial files."""
    folder = Path(run.folder)
    remove_socket_folder(run.run_id)
    # The run is already ended in the store, even if its folder isn't writable.
    with contextlib.suppress(OSError, ValueError):
        remove_temporary_files(folder)
        write_executed_notebook(folder, run.run_id, record, run.failure)


def _events(folder: Path) -> list[dict[str, object]]:
    events = []
    with contextlib.suppress(OSError):
        for line in (folder / EVENTS_NAME).read_bytes().splitlines():
            with contextlib.suppress(ValueError):
                event = json.loads(line)
                if isinstance(event, dict):
                    events.append(event)
    return events
