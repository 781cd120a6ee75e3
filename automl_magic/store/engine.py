"""Open a store database with up-to-date tables, and its kinds of transactions."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from automl_magic.errors import StoreError
from automl_magic.store.locks import EXCLUSIVE, MIGRATION, lock
from automl_magic.store.migrate import is_current, upgrade
from automl_magic.workspace.workspace import STORE_VARIABLE, Database

_BUSY_MS = 30_000
_CHECK = f"Check {STORE_VARIABLE}: sqlite:///FILE, or postgresql://USER@HOST/DATABASE."
_SNAPSHOT: dict[str, dict[str, object]] = {
    "sqlite": {"reads_only": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


def open_engine(database: Database) -> Engine:
    """Return an engine for a store with the tables of this version.

    The first process creates or migrates the tables, and others wait. If nothing needs to be done,
    this reads only one row.

    Parameters
    ----------
    database : Database
        `sqlite:///FILE` or `postgresql://USER@HOST/DATABASE`, from a `Workspace`.

    Raises
    ------
    StoreError
        If the database can't be reached, written or migrated, or was made by a newer version.
    """
    engine = _engine(database)
    try:
        with _creation_lock(engine):
            _migrate(engine)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, OSError):
            raise _store_error(engine, error) from error
        raise
    return engine


def _migrate(engine: Engine) -> None:
    with read_transaction(engine) as connection:
        if is_current(connection):
            return
    with write_transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(lock(MIGRATION))
        # Another process can have migrated it while we waited.
        if not is_current(connection):
            upgrade(connection)


def _engine(database: Database) -> Engine:
    try:
        address = make_url(database.url)
        if address.drivername == "postgresql":  # psycopg 3 instead of SQLAlchemy's default
            address = address.set(drivername="postgresql+psycopg")
        if address.get_backend_name() == "postgresql":
            wait = {} if "connect_timeout" in address.query else {"connect_timeout": 10}
            engine = create_engine(address, pool_pre_ping=True, connect_args=wait)
            if database.schema is not None:
                # Before SQLAlchemy reads and caches the default schema.
                event.listen(engine, "connect", _set_search_path(database.schema), insert=True)
            return engine
        if address.get_backend_name() == "sqlite":
            engine = create_engine(address, connect_args={"timeout": _BUSY_MS / 1000})
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
            return engine
    except (SQLAlchemyError, ImportError, ValueError) as error:
        is_driver = isinstance(error, ImportError)
        raise StoreError(
            "Can't use the address of the store.",
            why=f"Its driver isn't installed: {error}." if is_driver else _first_line(error),
            fix="pip install 'automl-magic[postgres]'" if is_driver else _CHECK,
        ) from error
    raise StoreError(
        f"The store can't be a {address.get_backend_name()[:40]!r} database.",
        why="Only SQLite and PostgreSQL are supported.",
        fix=_CHECK,
    )


@contextmanager
def _creation_lock(engine: Engine) -> Iterator[None]:
    """Let one process at a time create a SQLite file that only its owner can read."""
    name = engine.url.database if engine.dialect.name == "sqlite" else None
    path = Path(name) if name and name != ":memory:" else None
    if path is None or (path.exists() and path.stat().st_size):
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield


@contextmanager
def read_transaction(engine: Engine) -> Iterator[Connection]:
    """Read from one snapshot, without waiting for writers. Raises StoreError."""
    with _translate_errors(engine), engine.connect() as plain:
        connection = plain.execution_options(**_SNAPSHOT[engine.dialect.name])
        with connection.begin():
            yield connection


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Connection]:
    """Write in one atomic transaction. Raises StoreError."""
    with _translate_errors(engine), engine.begin() as connection:
        yield connection


@contextmanager
def exclusive_transaction(engine: Engine) -> Iterator[Connection]:
    """Write in one transaction that excludes all others of this kind.

    Use it for all changes to what is served: the values that the transaction has read (an approval,
    an epoch, the head of the audit log) can't change before it writes. Raises StoreError.
    """
    with write_transaction(engine) as connection:
        if engine.dialect.name == "postgresql":  # SQLite allows only one writer
            connection.execute(lock(EXCLUSIVE))
        yield connection


def database_time(connection: Connection) -> float:
    """Return the Unix time in seconds, from the database server so that all machines agree."""
    if connection.dialect.name == "postgresql":
        return float(
            connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one()
        )
    return time.time()


def redact_url(engine: Engine) -> str:
    """Return the address without its password."""
    return engine.url.render_as_string(hide_password=True)


@contextmanager
def _translate_errors(engine: Engine) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise _store_error(engine, error) from error


def _store_error(engine: Engine, error: Exception) -> StoreError:
    return StoreError(
        f"Can't use the store {redact_url(engine)}.", why=_first_line(error), fix=_CHECK
    )


def _first_line(error: Exception) -> str:
    # The driver's message. SQLAlchemy's includes the statement and its values, possibly secrets.
    text = " ".join(str(getattr(error, "orig", None) or error).split())
    return (text if len(text) <= 300 else text[:299] + "…") or type(error).__name__


def _set_search_path(schema: str) -> Callable[[Any, object], None]:
    """Return an event listener that limits a connection to one schema."""

    def set_path(connection: Any, _: object) -> None:
        quoted = '"' + schema.replace('"', '""') + '"'
        connection.execute(f"SET search_path TO {quoted}")
        # So that a rollback of the next transaction doesn't undo it.
        connection.commit()

    return set_path


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # `_begin` sends BEGIN, because sqlite3 does it too late
    for pragma in ("journal_mode=WAL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that reads and then writes would fail if another one wrote in between.
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
