"""Where MLflow keeps its books, and the one way in. `track` and `register` share it.

A new SQLite file is migrated by whoever comes first, and two who come first together crash each
other; so every way in passes through one file lock, which also lets a run begin only once.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from automl_magic.errors import TrackingError
from automl_magic.workspace.workspace import Tracking

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_SQLITE = "sqlite:///"


def use_by_default(tracking: Tracking) -> None:
    """Let `mlflow` in this process look where our runs are, unless it was told where to look."""
    import mlflow

    if not mlflow.tracking.is_tracking_uri_set():
        mlflow.set_tracking_uri(tracking.uri)


def connect(tracking: Tracking) -> MlflowClient:
    """Return a client on a database that is ready to use. Imports mlflow: over a second.

    Raises
    ------
    TrackingError
        If the store cannot be reached, written or migrated.
    """
    # MLflow reports usage to its makers unless it is told not to (it reads this at its import), and
    # draws a progress bar for each small file that it reads back.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    database = database_file(tracking.uri)
    if database is not None:
        _check_writable(database, tracking.uri)
    with talking_to(tracking), _quietly(), store_lock(tracking):
        from mlflow.tracking import MlflowClient

        if database is not None and database.stat().st_size == 0:
            _make_database(database)
        client = MlflowClient(
            tracking_uri=tracking.uri, registry_uri=tracking.registry_uri or tracking.uri
        )
        client.search_experiments(max_results=1)
    return client


def database_file(tracking_uri: str) -> Path | None:
    """Return the file of a SQLite store, or None for any other store."""
    if not tracking_uri.startswith(_SQLITE):
        return None
    return Path(tracking_uri.removeprefix(_SQLITE).partition("?")[0]).absolute()


def artifact_root(tracking: Tracking) -> Path | None:
    """Return the folder for artifacts, or None where a server chooses its own."""
    if (database := database_file(tracking.uri)) is not None:
        return database.parent / "mlartifacts"
    if urlsplit(tracking.uri).scheme in ("http", "https"):
        return None
    return tracking.home / "mlartifacts"


@contextlib.contextmanager
def store_lock(tracking: Tracking) -> Iterator[None]:
    """Hold the store alone, among the processes of this machine."""
    database = database_file(tracking.uri)
    path = (
        database.with_name(database.name + ".lock") if database else tracking.home / "mlflow.lock"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def talking_to(tracking: Tracking) -> Iterator[None]:
    """Turn what MLflow and the system beneath it raise into a `TrackingError`."""
    from alembic.util import CommandError
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with _in_its_workspace(tracking.workspace):
            yield
    except (MlflowException, SQLAlchemyError, CommandError, OSError) as error:
        raise TrackingError(
            f"The tracking store {shown(tracking.uri)} did not take the call.",
            why=_first_line(error),
            fix="Check MLFLOW_TRACKING_URI: sqlite:///FILE, or the address of a running server.",
        ) from error


@contextlib.contextmanager
def _in_its_workspace(name: str | None) -> Iterator[None]:
    """Name the workspace in what this thread asks a server. No other thread is concerned."""
    if name is None:
        yield
        return
    # MLflow's own `set_workspace` would set an environment variable for the whole process.
    from mlflow.utils.workspace_context import ServerWorkspaceContext

    with ServerWorkspaceContext(name):
        yield


def shown(tracking_uri: str) -> str:
    """Return the address without the password that may stand in it."""
    parts = urlsplit(tracking_uri)
    if parts.password is None:
        return tracking_uri
    return tracking_uri.replace(f":{parts.password}@", ":***@")


def local_path(uri: str) -> Path | None:
    """Return the path of a `file:` URI or of a plain path, or None for what lies elsewhere."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if parts.scheme else Path(uri)


def _make_database(database: Path) -> None:
    """Make a new SQLite store, which appears whole or not at all.

    A process that is killed in the middle of MLflow's fifty migrations would leave a file that no
    later one can repair.
    """
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    new = database.with_name(database.name + ".new")
    new.unlink(missing_ok=True)
    try:
        store = SqlAlchemyStore(f"{_SQLITE}{new}", (database.parent / "mlartifacts").as_uri())
        store.engine.dispose()
        new.replace(database)
    finally:
        # On a full disk half a database would keep others from being written.
        new.unlink(missing_ok=True)


def _check_writable(database: Path, tracking_uri: str) -> None:
    # SQLAlchemy would try to open it ten times, for a minute and a half.
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        with database.open("ab"):
            pass
    except OSError as error:
        raise TrackingError(
            f"The tracking store {shown(tracking_uri)} cannot be written.",
            why=f"{error.strerror}: {error.filename}.",
            fix="Set MLFLOW_TRACKING_URI=sqlite:///FILE to a file of yours, or AUTOML_MAGIC_HOME.",
        ) from error


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep the report of a first migration off the user's screen."""
    loggers = [logging.getLogger(name) for name in ("mlflow.store.db.utils", "alembic")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _first_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return (text if len(text) <= 300 else text[:299] + "…") or type(error).__name__
