"""Batch jobs: a table row holds a job's progress, a folder its files."""

from __future__ import annotations

import fcntl
import re
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, func, select, update

from automl_magic.store.engine import (
    database_time,
    exclusive_transaction,
    read_transaction,
    write_transaction,
)
from automl_magic.store.tables import batch_jobs

RETENTION_S = 86_400.0
MAX_OPEN, MAX_OPEN_PER_KEY = 64, 4
_ID = re.compile("[0-9a-f]{32}")


class Status(StrEnum):
    """The status of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


_OPEN = (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True)
class Job:
    """One job. `n_rows` is None until it is known. Times are in seconds since 1970."""

    id: str
    deployment: str
    version: int
    status: Status
    source: Path
    output: Path
    callback: str | None
    key_id: str | None
    n_rows: int | None
    n_done: int
    error: str | None
    created_at: float
    changed_at: float

    @property
    def folder(self) -> Path:
        """The folder with the job's files."""
        return self.source.parent


def jobs_folder(home: Path) -> Path:
    """Return the folder that contains the job folders of a home."""
    return home / "serving" / "batch"


@contextmanager
def try_lock(home: Path) -> Iterator[bool]:
    """Try to take the lock of the scoring process. Yields whether it was taken, and holds it."""
    folder = jobs_folder(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def new_folder(home: Path) -> Path:
    """Create the folder of a new job, named by the job's id."""
    folder = jobs_folder(home) / secrets.token_hex(16)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def add_job(
    engine: Engine,
    *,
    source: Path,
    output: Path,
    deployment: str,
    version: int,
    callback: str | None,
    key_id: str | None,
) -> Job | None:
    """Add a job whose file is in its folder. Returns None if there are too many open jobs."""
    with exclusive_transaction(engine) as connection:
        if connection.execute(_open_jobs()).scalar_one() >= MAX_OPEN:
            return None
        if connection.execute(_open_jobs(key_id)).scalar_one() >= MAX_OPEN_PER_KEY:
            return None
        timestamp = database_time(connection)
        connection.execute(
            batch_jobs.insert().values(
                id=source.parent.name,
                deployment=deployment,
                version=version,
                status=Status.QUEUED,
                source=str(source),
                output=str(output),
                callback=callback,
                key_id=key_id,
                created_at=timestamp,
                changed_at=timestamp,
                n_done=0,
            )
        )
    return find_job(engine, source.parent.name, key_id)


def can_add_job(engine: Engine, key_id: str | None) -> bool:
    """Return whether another job fits. Checked before the upload; `add_job` checks again."""
    with read_transaction(engine) as connection:
        total = connection.execute(_open_jobs()).scalar_one()
        own = connection.execute(_open_jobs(key_id)).scalar_one()
    return total < MAX_OPEN and own < MAX_OPEN_PER_KEY


def find_job(engine: Engine, job_id: str, key_id: str | None) -> Job | None:
    """Return a job of this key, or None. Other keys' jobs aren't returned."""
    if _ID.fullmatch(job_id) is None:
        return None
    with read_transaction(engine) as connection:
        query = select(batch_jobs).where(batch_jobs.c.id == job_id, _is_of(key_id))
        row = connection.execute(query).first()
    return None if row is None else _read(row)


def open_jobs(engine: Engine, home: Path) -> list[Job]:
    """Return the queued and running jobs of a home, oldest first."""
    here = batch_jobs.c.source.startswith(f"{jobs_folder(home)}/", autoescape=True)
    with read_transaction(engine) as connection:
        query = (
            select(batch_jobs)
            .where(batch_jobs.c.status.in_(_OPEN), here)
            .order_by(batch_jobs.c.created_at, batch_jobs.c.id)
        )
        return [_read(row) for row in connection.execute(query)]


def update_job(engine: Engine, job: Job, **fields: object) -> None:
    """Update a job's row."""
    with write_transaction(engine) as connection:
        connection.execute(
            update(batch_jobs)
            .where(batch_jobs.c.id == job.id)
            .values(changed_at=database_time(connection), **fields)
        )


def delete_old_jobs(engine: Engine, home: Path) -> Sequence[str]:
    """Delete jobs that ended more than a day ago, with their files, and return their ids."""
    here = batch_jobs.c.source.startswith(f"{jobs_folder(home)}/", autoescape=True)
    with write_transaction(engine) as connection:
        is_closed = batch_jobs.c.status.not_in(_OPEN) & here
        is_old = is_closed & (batch_jobs.c.changed_at < database_time(connection) - RETENTION_S)
        ids = [row.id for row in connection.execute(select(batch_jobs.c.id).where(is_old))]
        connection.execute(batch_jobs.delete().where(batch_jobs.c.id.in_(ids)))
    for job_id in ids:
        shutil.rmtree(jobs_folder(home) / job_id, ignore_errors=True)
    return ids


def _open_jobs(*key_id: str | None) -> Select[int]:
    query = select(func.count()).select_from(batch_jobs).where(batch_jobs.c.status.in_(_OPEN))
    return query.where(_is_of(key_id[0])) if key_id else query


def _is_of(key_id: str | None) -> ColumnElement[bool]:
    return batch_jobs.c.key_id.is_(None) if key_id is None else batch_jobs.c.key_id == key_id


def _read(row: Row[Any]) -> Job:
    fields = dict(row._mapping)
    paths = {"source": Path(fields["source"]), "output": Path(fields["output"])}
    return Job(**{**fields, **paths, "status": Status(fields["status"])})
