"""RunStore: the status of all runs in SQLite, one row per run.

Every write has the token of the run's owner. When a reconciler takes over a run, it increments the
token. From then on, writes by the previous owner fail.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias, TypedDict, Unpack

from automl_magic.errors import (
    FolderNotWritable,
    IllegalTransition,
    RunError,
    RunNotFound,
    closest_match,
)
from automl_magic.execute import schema
from automl_magic.execute.atomic_io import RESERVE_BYTES, not_writable_error, translate_write_errors
from automl_magic.records.runs.run import END_STATES, Artifact, Failure, Run, RunStatus

STORE_NAME = "runs.sqlite"
HEARTBEAT_S, LEASE_S = 15.0, 60.0
_BUSY_S = 30.0
_INSERT = "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # without 0 o 1 l i, which are easily confused
_RunList: TypeAlias = list[Run]

# Runs that this process is supervising. If a run in the store names this process as its owner, but
# isn't in this set, its supervisor has died.
active_run_ids: set[str] = set()
_active_lock = threading.Lock()


class RunChanges(TypedDict, total=False):
    """The fields of a run that change while it's supervised, in addition to its status."""

    started_at: datetime | None
    ended_at: datetime | None
    failure: Failure | None
    result: Mapping[str, Any]
    artifacts: tuple[Artifact, ...]


@dataclass(frozen=True)
class Owner:
    """The process that supervises a run, and its last heartbeat (seconds since 1970)."""

    pid: int
    pid_started_at: float
    machine: str
    heartbeat_at: float


class RunStore:
    """The runs of one home folder.

    Parameters
    ----------
    path : Path
        The SQLite file on a local disk: `runs.sqlite` in the home folder of a workspace. The runs'
        folders are in `runs/` next to it.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path).absolute()

    def folder(self, run_id: str) -> Path:
        """Return the folder of a run."""
        return self.path.parent / "runs" / run_id

    def create(
        self,
        *,
        kind: str,
        notebook: str,
        parameters: Mapping[str, object] | None = None,
        inputs: Mapping[str, object] | None = None,
        rerun_of: str | None = None,
    ) -> Run:
        """Create a run with a unique id, owned by this process.

        Raises
        ------
        FolderNotWritable
            If the store can't be created or written.
        """
        from automl_magic.execute.processes import this_machine, this_process

        owner = (*this_process(), this_machine(), time.time())
        while True:
            now = datetime.now(UTC)
            run_id = new_run_id(now)
            run = Run(
                run_id=run_id,
                kind=kind,
                notebook=notebook,
                folder=str(self.folder(run_id)),
                status=RunStatus.CREATED,
                created_at=now,
                token=1,
                inputs=inputs or {},
                parameters=parameters or {},
                rerun_of=rerun_of,
            )
            row = (run_id, kind, run.status.value, now.isoformat(), 1, _dump(run), *owner)
            try:
                with self._transaction() as connection:
                    connection.execute(_INSERT, row)
            except sqlite3.IntegrityError:
                continue
            return run

    def advance(
        self, run_id: str, token: int, status: RunStatus, **changes: Unpack[RunChanges]
    ) -> Run:
        """Change the status and other fields of a run, in one transaction.

        It also sets the start and end times. If `status` is the current status, only the other
        fields change. A run that has ended can't be changed.

        Raises
        ------
        IllegalTransition
            If the status can't follow the current one, or another process now owns the run.
        RunNotFound
            If the run doesn't exist.
        """
        with self._transaction() as connection:
            run = self._read(connection, run_id)
            if run.status.is_end or (status != run.status and not run.status.can_become(status)):
                raise _illegal_transition_error(run, status)
            if token != run.token:
                raise _lost_ownership_error(run)
            now = datetime.now(UTC)
            if status == RunStatus.RUNNING and run.started_at is None:
                changes.setdefault("started_at", now)
            if status.is_end:
                changes.setdefault("ended_at", now)
            advanced = replace(run, status=status, **changes)
            self._write(connection, advanced)
        return advanced

    def take_over(self, run_id: str, **changes: Unpack[RunChanges]) -> Run | None:
        """End a run as lost, because its owner is dead. Return None if it has already ended."""
        with self._transaction() as connection:
            run = self._read(connection, run_id)
            if run.status.is_end:
                return None
            changes["ended_at"] = datetime.now(UTC)
            lost_run = replace(run, status=RunStatus.LOST, token=run.token + 1, **changes)
            self._write(connection, lost_run)
        return lost_run

    def set_tracking_id(self, run_id: str, tracking_id: str) -> Run:
        """Set the run's id in the tracking store. This is possible after its end."""
        with self._transaction() as connection:
            run = replace(self._read(connection, run_id), tracking_id=tracking_id)
            connection.execute(
                "UPDATE runs SET document = ? WHERE run_id = ?", (_dump(run), run_id)
            )
        return run

    def heartbeat(self, run_id: str, token: int) -> None:
        """Record a heartbeat of the owner.

        Raises
        ------
        IllegalTransition
            If another process now owns the run, or it has ended.
        """
        with self._transaction() as connection:
            run = self._read(connection, run_id)
            if token != run.token or run.status.is_end:
                raise _lost_ownership_error(run)
            connection.execute(
                "UPDATE runs SET heartbeat_at = ? WHERE run_id = ?", (time.time(), run_id)
            )

    def get(self, run_id: str) -> Run:
        """Return a run.

        Raises
        ------
        RunNotFound
            If the run doesn't exist. The error suggests the closest id.
        """
        if not self.path.exists():
            raise _not_found_error(run_id, ())
        with self._connection() as connection:
            return self._read(connection, run_id)

    def unfinished(self) -> Sequence[tuple[Run, Owner]]:
        """Return the runs that haven't ended, with their owners."""
        ends = sorted(END_STATES)
        query = (
            "SELECT document, pid, pid_started_at, machine, heartbeat_at FROM runs "
            "WHERE status NOT IN (?, ?, ?, ?) ORDER BY run_id"
        )
        with self._connection() as connection:
            return [(_load(row[0]), Owner(*row[1:])) for row in connection.execute(query, ends)]

    def list(
        self,
        *,
        kind: str | None = None,
        status: RunStatus | None = None,
        limit: int | None = None,
    ) -> _RunList:
        """Return runs, newest first."""
        if not self.path.exists():
            return []
        query = (
            "SELECT document FROM runs WHERE kind = coalesce(?, kind) "
            "AND status = coalesce(?, status) ORDER BY created_at DESC, run_id DESC LIMIT ?"
        )
        values = (kind, status.value if status else None, -1 if limit is None else limit)
        with self._connection() as connection:
            return [_load(row[0]) for row in connection.execute(query, values)]

    def _read(self, connection: sqlite3.Connection, run_id: str) -> Run:
        row = connection.execute("SELECT document FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        if row is None:
            ids = connection.execute("SELECT run_id FROM runs ORDER BY run_id DESC LIMIT 500")
            raise _not_found_error(run_id, [id_row[0] for id_row in ids])
        return _load(row[0])

    def _write(self, connection: sqlite3.Connection, run: Run) -> None:
        connection.execute(
            "UPDATE runs SET status = ?, token = ?, document = ? WHERE run_id = ?",
            (run.status.value, run.token, _dump(run), run.run_id),
        )

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Open a connection for one operation, so that forks and threads never share one."""
        with translate_write_errors(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = sqlite3.connect(self.path, timeout=_BUSY_S, isolation_level=None)
            with contextlib.closing(connection):
                _set_up(connection)
                yield connection
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            raise _storage_error(self.path, error) from error


@contextlib.contextmanager
def supervising(run_id: str) -> Iterator[None]:
    """Mark a run as supervised by this process."""
    with _active_lock:
        active_run_ids.add(run_id)
    try:
        yield
    finally:
        with _active_lock:
            active_run_ids.discard(run_id)


def new_run_id(now: datetime) -> str:
    """Return a new id that sorts by time and is easy to type, such as 20261121-053512-k3f9."""
    return f"{now:%Y%m%d-%H%M%S}-" + "".join(secrets.choice(_ALPHABET) for _ in range(4))


def _set_up(connection: sqlite3.Connection) -> None:
    # Switching to WAL needs exclusive access, and SQLite's busy timeout doesn't apply to it.
    end = time.monotonic() + _BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA synchronous = FULL")
    schema.create_tables(connection)


def _storage_error(path: Path, error: sqlite3.DatabaseError) -> FolderNotWritable | RunError:
    text = str(error)
    if any(word in text for word in ("full", "readonly", "unable to open", "disk I/O")):
        # SQLite only reports "disk I/O error" if it can't create its shared memory.
        if "full" in text or shutil.disk_usage(path.parent).free < RESERVE_BYTES:
            return not_writable_error(path.parent, os.strerror(errno.ENOSPC), errno.ENOSPC)
        return not_writable_error(path.parent, text)
    return RunError(
        f"Can't use the run store {str(path)!r}.",
        why=f"SQLite error: {text}.",
        fix=f"If it's damaged, rename it to start a new one: mv {path} {path}.old",
    )


def _dump(run: Run) -> str:
    return json.dumps(run.to_json(), allow_nan=False)


def _load(document: str) -> Run:
    return Run.from_json(json.loads(document))


def _not_found_error(run_id: str, run_ids: Sequence[str]) -> RunNotFound:
    close = closest_match(run_id, run_ids)
    if not run_ids:
        why, fix = "There are no runs yet.", "Start one: automl fit DATA --target COLUMN"
    else:
        why = f"The newest run is {run_ids[0]}."
        fix = f"Use {close}." if close else f"Use {run_ids[0]}, or list all runs: automl runs"
    return RunNotFound(f"There's no run {run_id[:80]!r}.", why=why, fix=fix)


def _illegal_transition_error(run: Run, status: RunStatus) -> IllegalTransition:
    return IllegalTransition(
        f"Run {run.run_id} can't change to {status.value}.",
        why=f"Its status is {run.status.value}"
        + (", which is final." if run.status.is_end else "."),
        fix="Start another run: automl rerun " + run.run_id,
    )


def _lost_ownership_error(run: Run) -> IllegalTransition:
    return IllegalTransition(
        f"This process no longer owns run {run.run_id}.",
        why=f"Its status is {run.status.value}, and another process has taken it over or ended it.",
        fix="Start another run: automl rerun " + run.run_id,
    )
