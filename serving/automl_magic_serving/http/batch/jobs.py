"""Jobs: what is to be scored. A row says how far it is, a folder holds its files."""

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

from sqlalchemy import ColumnElement, Engine, Row, func, select, update

from automl_magic.store.engine import now, reading, serially, writing
from automl_magic.store.tables import batch_jobs

KEPT_S = 86_400.0
MOST_OPEN, MOST_OPEN_PER_KEY = 64, 4
_ID = re.compile("[0-9a-f]{32}")


class Status(StrEnum):
    """How far a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


_OPEN = (Status.QUEUED, Status.RUNNING)


@dataclass(frozen=True)
class Job:
    """One job. `rows` is None until it is known; times in seconds since 1970."""

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
        """Where its files lie."""
        return self.source.parent


def batch_folder(home: Path) -> Path:
    """Return where the jobs of a home have their folders."""
    return home / "serving" / "batch"


@contextmanager
def alone(home: Path) -> Iterator[bool]:
    """Say whether this process is the one that works here; hold on to that meanwhile."""
    folder = batch_folder(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def new_folder(home: Path) -> Path:
    """Make the folder of a job to be. Its name is the job's id."""
    folder = batch_folder(home) / secrets.token_hex(16)
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
    """Write a job whose file lies in its folder, or None where there are too many already."""
    with serially(engine) as connection:
        if connection.execute(_open_jobs()).scalar_one() >= MOST_OPEN:
            return None
        if connection.execute(_open_jobs(key_id)).scalar_one() >= MOST_OPEN_PER_KEY:
            return None
        at = now(connection)
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
                created_at=at,
                changed_at=at,
                n_done=0,
            )
        )
    return find_job(engine, source.parent.name, key_id)


def has_room(engine: Engine, key_id: str | None) -> bool:
    """Say whether a job more may be added. Asked before its file is taken; `add_job` is sure."""
    with reading(engine) as connection:
        total = connection.execute(_open_jobs()).scalar_one()
        own = connection.execute(_open_jobs(key_id)).scalar_one()
    return total < MOST_OPEN and own < MOST_OPEN_PER_KEY


def find_job(engine: Engine, job_id: str, key_id: str | None) -> Job | None:
    """Return a job of this key, or None. Another key's job is none."""
    if _ID.fullmatch(job_id) is None:
        return None
    with reading(engine) as connection:
        query = select(batch_jobs).where(batch_jobs.c.id == job_id, _is_of(key_id))
        row = connection.execute(query).first()
    return None if row is None else _read(row)


def open_jobs(engine: Engine, home: Path) -> list[Job]:
    """Return the jobs of a home that are not at their end, the oldest first."""
    here = batch_jobs.c.source.startswith(f"{batch_folder(home)}/", autoescape=True)
    with reading(engine) as connection:
        query = (
            select(batch_jobs)
            .where(batch_jobs.c.status.in_(_OPEN), here)
            .order_by(batch_jobs.c.created_at, batch_jobs.c.id)
        )
        return [_read(row) for row in connection.execute(query)]


def note(engine: Engine, job: Job, **fields: Any) -> None:
    """Write how far a job is."""
    with writing(engine) as connection:
        connection.execute(
            update(batch_jobs)
            .where(batch_jobs.c.id == job.id)
            .values(changed_at=now(connection), **fields)
        )


def forget_old(engine: Engine, home: Path) -> Sequence[str]:
    """Delete jobs that ended a day ago, with their files, and return their ids."""
    here = batch_jobs.c.source.startswith(f"{batch_folder(home)}/", autoescape=True)
    with writing(engine) as connection:
        ended = batch_jobs.c.status.not_in(_OPEN) & here
        old = ended & (batch_jobs.c.changed_at < now(connection) - KEPT_S)
        ids = [row.id for row in connection.execute(select(batch_jobs.c.id).where(old))]
        connection.execute(batch_jobs.delete().where(batch_jobs.c.id.in_(ids)))
    for job_id in ids:
        shutil.rmtree(batch_folder(home) / job_id, ignore_errors=True)
    return ids


def _open_jobs(*key_id: str | None) -> Any:
    query = select(func.count()).select_from(batch_jobs).where(batch_jobs.c.status.in_(_OPEN))
    return query.where(_is_of(key_id[0])) if key_id else query


def _is_of(key_id: str | None) -> ColumnElement[bool]:
    return batch_jobs.c.key_id.is_(None) if key_id is None else batch_jobs.c.key_id == key_id


def _read(row: Row[Any]) -> Job:
    fields = dict(row._mapping)
    paths = {"source": Path(fields["source"]), "output": Path(fields["output"])}
    return Job(**{**fields, **paths, "status": Status(fields["status"])})
