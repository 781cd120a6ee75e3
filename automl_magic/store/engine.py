"""A database that is ready to use: its tables made, its writers one after another."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from automl_magic.errors import StoreError
from automl_magic.store.locks import MIGRATION, SERIAL, lock
from automl_magic.store.migrate import is_current, upgrade
from automl_magic.workspace.workspace import STORE_VARIABLE, Database

_BUSY_MS = 30_000
_CHECK = f"Check {STORE_VARIABLE}: sqlite:///FILE, or postgresql://USER@HOST/DATABASE."
_SNAPSHOT: dict[str, dict[str, Any]] = {
    "sqlite": {"reads_only": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}


def open_engine(database: Database) -> Engine:
    """Return an engine on a store whose tables are those of this version.

    Whoever comes first makes or migrates them, alone; others wait. Where nothing is to be done,
    that is found out by reading one row.

    Parameters
    ----------
    database : Database
        `sqlite:///FILE` or `postgresql://USER@HOST/DATABASE`: one of those of a `Workspace`.

    Raises
    ------
    StoreError
        If the database cannot be reached, written or migrated, or a newer version made it.
    """
    engine = _engine(database)
    try:
        with _making_alone(engine):
            _migrate(engine)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, OSError):
            raise _refused(engine, error) from error
        raise
    return engine


def _migrate(engine: Engine) -> None:
    with reading(engine) as connection:
        if is_current(connection):
            return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(lock(MIGRATION))
        # Another may have been here while we waited.
        if not is_current(connection):
            upgrade(connection)


def _engine(database: Database) -> Engine:
    try:
        address = make_url(database.url)
        if address.drivername == "postgresql":  # psycopg 3, whatever SQLAlchemy's own choice is
            address = address.set(drivername="postgresql+psycopg")
        if address.get_backend_name() == "postgresql":
            wait = {} if "connect_timeout" in address.query else {"connect_timeout": 10}
            engine = create_engine(address, pool_pre_ping=True, connect_args=wait)
            if database.schema is not None:
                # Before SQLAlchemy asks which schema is the default one, and keeps the answer.
                event.listen(engine, "connect", _only_in(database.schema), insert=True)
            return engine
        if address.get_backend_name() == "sqlite":
            engine = create_engine(address, connect_args={"timeout": _BUSY_MS / 1000})
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
            return engine
    except (SQLAlchemyError, ImportError, ValueError) as error:
        is_driver = isinstance(error, ImportError)
        raise StoreError(
            "The address of the store cannot be used.",
            why=f"Its driver is not installed: {error}." if is_driver else _first_line(error),
            fix="pip install 'automl-magic[postgres]'" if is_driver else _CHECK,
        ) from error
    raise StoreError(
        f"The store cannot be a database of the kind {address.get_backend_name()[:40]!r}.",
        why="It is SQLite or PostgreSQL.",
        fix=_CHECK,
    )


@contextmanager
def _making_alone(engine: Engine) -> Iterator[None]:
    """Let one process at a time make a SQLite file, which nobody else of this machine may read."""
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
def reading(engine: Engine) -> Iterator[Connection]:
    """Read from one snapshot; never waits for a writer. Raises StoreError."""
    with _talking_to(engine), engine.connect() as plain:
        connection = plain.execution_options(**_SNAPSHOT[engine.dialect.name])
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Write in one transaction: all of it, or nothing. Raises StoreError."""
    with _talking_to(engine), engine.begin() as connection:
        yield connection


@contextmanager
def serially(engine: Engine) -> Iterator[Connection]:
    """Write in one transaction that no other of this kind runs beside.

    Whatever decides what serves is written like this: what a transaction has read (an approval, an
    epoch, the head of the audit log) is then still true when it writes. Raises StoreError.
    """
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":  # SQLite has one writer anyway
            connection.execute(lock(SERIAL))
        yield connection


def now(connection: Connection) -> float:
    """Return the time in seconds since 1970: the server's, so that all machines share one clock."""
    if connection.dialect.name == "postgresql":
        return float(
            connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one()
        )
    return time.time()


def shown(engine: Engine) -> str:
    """Return the address without its password."""
    return engine.url.render_as_string(hide_password=True)


@contextmanager
def _talking_to(engine: Engine) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise _refused(engine, error) from error


def _refused(engine: Engine, error: Exception) -> StoreError:
    return StoreError(
        f"The store {shown(engine)} did not take the call.", why=_first_line(error), fix=_CHECK
    )


def _first_line(error: Exception) -> str:
    # The driver's own words; SQLAlchemy adds the statement with its values, which may be secret.
    text = " ".join(str(getattr(error, "orig", None) or error).split())
    return (text if len(text) <= 300 else text[:299] + "…") or type(error).__name__


def _only_in(schema: str) -> Callable[[Any, Any], None]:
    """Return what makes a connection see one schema, and no other one behind it."""

    def look_there(connection: Any, _: Any) -> None:
        quoted = '"' + schema.replace('"', '""') + '"'
        connection.execute(f"SET search_path TO {quoted}")
        # Outside of the transaction that the next one would roll back.
        connection.commit()

    return look_there


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves; sqlite3 would say it too late
    for pragma in ("journal_mode=WAL", f"busy_timeout={_BUSY_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes then would fail where another wrote in between.
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
