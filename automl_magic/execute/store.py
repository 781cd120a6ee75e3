"""RunStore: the only truth about every run. SQLite, one row a run.

A write carries the token of the run's owner. Who takes a run over (a reconciler) raises the token,
and the old owner's writes are refused from then on, whatever it still believes.
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
from typing import Any, TypeAlias

from automl_magic.errors import (
    FolderNotWritable,
    IllegalTransition,
    RunError,
    RunNotFound,
    near_miss,
)
from automl_magic.execute import schema
from automl_magic.execute.atomic_io import RESERVE_BYTES, not_writable, writing_to
from automl_magic.records.runs.run import END_STATES, Run, RunStatus

STORE_NAME = "runs.sqlite"
BEAT_S, LEASE_S = 15.0, 60.0
_BUSY_S = 30.0
_INSERT = "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0 o 1 l i: ids are read aloud and typed
_RunList: TypeAlias = list[Run]

# Runs that a thread of this very process is supervising. A run that names this process as its
# supervisor and is not among them has lost it.
active: set[str] = set()
_active_lock = threading.Lock()


@dataclass(frozen=True)
class Owner:
    """Who supervises a run, and when it last said so."""

    pid: int
    pid_started_at: float
    machine: str
    heartbeat_at: float


class RunStore:
    """The runs of one home folder.

    Parameters
    ----------
    path : Path
        The SQLite file, on a local disk: `runs.sqlite` in the home of a workspace. The folders of
        the runs lie in `runs/` beside it.
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
        parameters: Mapping[str, Any] | None = None,
        inputs: Mapping[str, Any] | None = None,
        rerun_of: str | None = None,
    ) -> Run:
        """Write a new run, owned by this process, with an id that nobody else has.

        Raises
        ------
        FolderNotWritable
            If the store cannot be made or written.
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
            row = (run_id, kind, run.status.value, now.isoformat(), 1, _document(run), *owner)
            try:
                with self._transaction() as connection:
                    connection.execute(_INSERT, row)
            except sqlite3.IntegrityError:
                continue
            return run

    def advance(self, run_id: str, token: int, status: RunStatus, **changes: Any) -> Run:
        """Take a run one step further and change other fields of it, in one transaction.

        Times of start and end are set here. With its present status a run keeps its place, and
        only the other fields change; after its end none can.

        Raises
        ------
        IllegalTransition
            If the step is not in the life of a run, or somebody else owns the run by now.
        RunNotFound
            If there is no such run.
        """
        with self._transaction() as connection:
            run = self._read(connection, run_id)
            if run.status.is_end or (status != run.status and not run.status.may_become(status)):
                raise _illegal(run, status)
            if token != run.token:
                raise _taken_over(run)
            now = datetime.now(UTC)
            if status == RunStatus.RUNNING and run.started_at is None:
                changes.setdefault("started_at", now)
            if status.is_end:
                changes.setdefault("ended_at", now)
            advanced = replace(run, status=status, **changes)
            self._write(connection, advanced)
        return advanced

    def take_over(self, run_id: str, **changes: Any) -> Run | None:
        """End a run as lost whose owner is gone; None if it has come to another end meanwhile."""
        with self._transaction() as connection:
            run = self._read(connection, run_id)
            if run.status.is_end:
                return None
            ended = replace(
                run,
                status=RunStatus.LOST,
                token=run.token + 1,
                ended_at=datetime.now(UTC),
                **changes,
            )
            self._write(connection, ended)
        return ended

    def set_tracking_id(self, run_id: str, tracking_id: str) -> Run:
        """Note the run's id in the tracking store; that may happen after its end."""
        with self._transaction() as connection:
            run = replace(self._read(connection, run_id), tracking_id=tracking_id)
            connection.execute(
                "UPDATE runs SET document = ? WHERE run_id = ?", (_document(run), run_id)
            )
        return run

    def beat(self, run_id: str, token: int) -> None:
        """Say that the owner is still there.

        Raises
        ------
        IllegalTransition
            If somebody else owns the run by now, or it has ended.
        """
        with self._transaction() as connection:
            run = self._read(connection, run_id)
            if token != run.token or run.status.is_end:
                raise _taken_over(run)
            connection.execute(
                "UPDATE runs SET heartbeat_at = ? WHERE run_id = ?", (time.time(), run_id)
            )

    def get(self, run_id: str) -> Run:
        """Return a run.

        Raises
        ------
        RunNotFound
            If there is no such run; it names the id that comes closest.
        """
        if not self.path.exists():
            raise _not_found(run_id, ())
        with self._connection() as connection:
            return self._read(connection, run_id)

    def unfinished(self) -> Sequence[tuple[Run, Owner]]:
        """Return the runs that have not ended, with their owners."""
        ends = sorted(END_STATES)
        query = (
            "SELECT document, pid, pid_started_at, machine, heartbeat_at FROM runs "
            "WHERE status NOT IN (?, ?, ?, ?) ORDER BY run_id"
        )
        with self._connection() as connection:
            return [(_run(row[0]), Owner(*row[1:])) for row in connection.execute(query, ends)]

    def list(
        self,
        *,
        kind: str | None = None,
        status: RunStatus | None = None,
        limit: int | None = None,
    ) -> _RunList:
        """Return runs, the newest first."""
        if not self.path.exists():
            return []
        query = (
            "SELECT document FROM runs WHERE kind = coalesce(?, kind) "
            "AND status = coalesce(?, status) ORDER BY created_at DESC, run_id DESC LIMIT ?"
        )
        values = (kind, status.value if status else None, -1 if limit is None else limit)
        with self._connection() as connection:
            return [_run(row[0]) for row in connection.execute(query, values)]

    def _read(self, connection: sqlite3.Connection, run_id: str) -> Run:
        row = connection.execute("SELECT document FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        if row is None:
            ids = connection.execute("SELECT run_id FROM runs ORDER BY run_id DESC LIMIT 500")
            raise _not_found(run_id, [found[0] for found in ids])
        return _run(row[0])

    def _write(self, connection: sqlite3.Connection, run: Run) -> None:
        connection.execute(
            "UPDATE runs SET status = ?, token = ?, document = ? WHERE run_id = ?",
            (run.status.value, run.token, _document(run), run.run_id),
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
        """Open the store for one operation: no connection outlives a fork or crosses threads."""
        with writing_to(self.path.parent):
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
    """Count a run among those that this process supervises."""
    with _active_lock:
        active.add(run_id)
    try:
        yield
    finally:
        with _active_lock:
            active.discard(run_id)


def new_run_id(now: datetime) -> str:
    """Return an id that sorts by time and is short enough to type: 20261121-053512-k3f9."""
    return f"{now:%Y%m%d-%H%M%S}-" + "".join(secrets.choice(_ALPHABET) for _ in range(4))


def _set_up(connection: sqlite3.Connection) -> None:
    # Turning WAL on needs the file alone, and SQLite does not wait for that.
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
    schema.prepare(connection)


def _storage_error(path: Path, error: sqlite3.DatabaseError) -> FolderNotWritable | RunError:
    text = str(error)
    if any(word in text for word in ("full", "readonly", "unable to open", "disk I/O")):
        # SQLite says no more than "disk I/O error" where it cannot make its shared memory.
        if "full" in text or shutil.disk_usage(path.parent).free < RESERVE_BYTES:
            return not_writable(path.parent, os.strerror(errno.ENOSPC), errno.ENOSPC)
        return not_writable(path.parent, text)
    return RunError(
        f"The run store {str(path)!r} cannot be used.",
        why=f"SQLite says: {text}.",
        fix=f"If it is damaged, set it aside and start a new one: mv {path} {path}.old",
    )


def _document(run: Run) -> str:
    return json.dumps(run.to_json(), allow_nan=False)


def _run(document: str) -> Run:
    return Run.from_json(json.loads(document))


def _not_found(run_id: str, known: Sequence[str]) -> RunNotFound:
    close = near_miss(run_id, known)
    if not known:
        why, fix = "No run has been made yet.", "Make one: automl fit DATA --target COLUMN"
    else:
        why = f"The store has {len(known)} runs; the newest is {known[0]}."
        fix = f"Use {close}." if close else f"Use {known[0]}, or choose another: automl runs"
    return RunNotFound(f"There is no run {run_id[:80]!r}.", why=why, fix=fix)


def _illegal(run: Run, status: RunStatus) -> IllegalTransition:
    return IllegalTransition(
        f"The run {run.run_id} cannot become {status.value}.",
        why=f"It is {run.status.value}" + (", and an end is final." if run.status.is_end else "."),
        fix="Start another run: automl rerun " + run.run_id,
    )


def _taken_over(run: Run) -> IllegalTransition:
    return IllegalTransition(
        f"The run {run.run_id} is no longer this process's own.",
        why=f"It is {run.status.value}, and another process has taken it over.",
        fix="Start another run: automl rerun " + run.run_id,
    )
