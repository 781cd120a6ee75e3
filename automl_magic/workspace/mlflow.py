"""Connections to MLflow, for `track` and `register`.

The first process that opens a new SQLite file migrates it, and two at once would crash. So all
connections use a file lock, which also ensures that a run is created only once.
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


def set_default_tracking(tracking: Tracking) -> None:
    """Set the tracking URI of `mlflow` in this process, unless it's already set."""
    import mlflow

    if not mlflow.tracking.is_tracking_uri_set():
        mlflow.set_tracking_uri(tracking.uri)


def connect(tracking: Tracking) -> MlflowClient:
    """Return an MLflow client with a ready database. It imports mlflow, which takes over a second.

    Raises
    ------
    TrackingError
        If the store can't be reached, written or migrated.
    """
    # Turn off MLflow's telemetry (it reads this on import) and the progress bars for each small
    # file that it downloads.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    database = database_file(tracking.uri)
    if database is not None:
        _check_writable(database, tracking.uri)
    with translate_mlflow_errors(tracking), _quiet_logs(), store_lock(tracking):
        from mlflow.tracking import MlflowClient

        if database is not None and database.stat().st_size == 0:
            _create_database(database)
        client = MlflowClient(
            tracking_uri=tracking.uri, registry_uri=tracking.registry_uri or tracking.uri
        )
        client.search_experiments(max_results=1)
    return client


def database_file(tracking_uri: str) -> Path | None:
    """Return the file of a SQLite store, or None for other stores."""
    if not tracking_uri.startswith(_SQLITE):
        return None
    return Path(tracking_uri.removeprefix(_SQLITE).partition("?")[0]).absolute()


def artifact_root(tracking: Tracking) -> Path | None:
    """Return the folder for artifacts, or None if a server chooses it."""
    if (database := database_file(tracking.uri)) is not None:
        return database.parent / "mlartifacts"
    if urlsplit(tracking.uri).scheme in ("http", "https"):
        return None
    return tracking.home / "mlartifacts"


@contextlib.contextmanager
def store_lock(tracking: Tracking) -> Iterator[None]:
    """Lock the store for other processes on this machine."""
    database = database_file(tracking.uri)
    path = (
        database.with_name(database.name + ".lock") if database else tracking.home / "mlflow.lock"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def translate_mlflow_errors(tracking: Tracking) -> Iterator[None]:
    """Turn errors of MLflow and its database into a `TrackingError`."""
    from alembic.util import CommandError
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with _use_workspace(tracking.workspace):
            yield
    except (MlflowException, SQLAlchemyError, CommandError, OSError) as error:
        raise TrackingError(
            f"A request to the tracking store {redact_url(tracking.uri)} failed.",
            why=_first_line(error),
            fix="Check MLFLOW_TRACKING_URI: sqlite:///FILE, or the address of a running server.",
        ) from error


@contextlib.contextmanager
def _use_workspace(name: str | None) -> Iterator[None]:
    """Set the MLflow server's workspace for requests of this thread."""
    if name is None:
        yield
        return
    # MLflow's `set_workspace` would set an environment variable for the entire process.
    from mlflow.utils.workspace_context import ServerWorkspaceContext

    with ServerWorkspaceContext(name):
        yield


def redact_url(tracking_uri: str) -> str:
    """Return an address with its password masked."""
    parts = urlsplit(tracking_uri)
    if parts.password is None:
        return tracking_uri
    return tracking_uri.replace(f":{parts.password}@", ":***@")


def local_path(uri: str) -> Path | None:
    """Return the path of a `file:` URI or a plain path, or None for other URIs."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if parts.scheme else Path(uri)


def _create_database(database: Path) -> None:
    """Create a new SQLite store atomically.

    If a process were killed during MLflow's fifty migrations, the file would be broken for good.
    """
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    new = database.with_name(database.name + ".new")
    new.unlink(missing_ok=True)
    try:
        store = SqlAlchemyStore(f"{_SQLITE}{new}", (database.parent / "mlartifacts").as_uri())
        store.engine.dispose()
        new.replace(database)
    finally:
        # On a full disk, a partial database would take up the space.
        new.unlink(missing_ok=True)


def _check_writable(database: Path, tracking_uri: str) -> None:
    # SQLAlchemy would try to open it ten times, for a minute and a half.
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        with database.open("ab"):
            pass
    except OSError as error:
        raise TrackingError(
            f"Can't write to the tracking store {redact_url(tracking_uri)}.",
            why=f"{error.strerror}: {error.filename}.",
            fix="Set AUTOML_MAGIC_HOME, or MLFLOW_TRACKING_URI=sqlite:///FILE, to a writable path.",
        ) from error


@contextlib.contextmanager
def _quiet_logs() -> Iterator[None]:
    """Hide the log messages of the first migration."""
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
