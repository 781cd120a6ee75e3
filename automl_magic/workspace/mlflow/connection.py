"""Connect to a tracking store, and lock it if it's a SQLite file.

The first process that opens a new SQLite file migrates it, and two at once would crash. So all
connections to a file use a lock, which also ensures that a run is created only once. A server has
no lock: others would wait behind a request that may never be answered.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.errors import TrackingError
from automl_magic.workspace.mlflow.addresses import SQLITE, database_file, redact_url
from automl_magic.workspace.mlflow.failures import translate_mlflow_errors
from automl_magic.workspace.mlflow.probe import check_reachable, check_usable
from automl_magic.workspace.workspace import REGISTRY_VARIABLE, TRACKING_VARIABLE, Tracking

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

# MLflow reads these when it's imported or sends a request. Users' own values are kept.
_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # No progress bar for each small file that it downloads.
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # For a server that stops answering after the probe. By default, MLflow would send each request
    # 8 times and wait up to 120 s for each answer. 30 s are enough to store an uploaded model.
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
}


def set_default_tracking(tracking: Tracking) -> None:
    """Set the tracking URI of `mlflow` in this process, unless it's already set."""
    import mlflow

    if not mlflow.tracking.is_tracking_uri_set():
        mlflow.set_tracking_uri(tracking.uri)


def connect(tracking: Tracking) -> MlflowClient:
    """Return an MLflow client with a ready database. It imports mlflow, which takes over a second.

    Raises
    ------
    TrackingUnreachable
        If the store is on a server that doesn't answer within seconds.
    TrackingError
        If the store can't be used, written or migrated.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    # MLflow uses deprecated functions of its own libraries, which would be errors with
    # PYTHONWARNINGS=error.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"mlflow\b")
    database = database_file(tracking.uri)
    if database is not None:
        _check_writable(database, tracking.uri)
    check_reachable(tracking.uri, TRACKING_VARIABLE)
    with translate_mlflow_errors(tracking), _quiet_logs(), store_lock(tracking.uri):
        check_usable(tracking.uri, TRACKING_VARIABLE)
        from mlflow.tracking import MlflowClient

        if database is not None and database.stat().st_size == 0:
            _create_database(database)
        client = MlflowClient(
            tracking_uri=tracking.uri, registry_uri=tracking.registry_uri or tracking.uri
        )
        client.search_experiments(max_results=1)
    return client


def check_registry(tracking: Tracking) -> None:
    """Check that the model registry answers, if it's a server other than the tracking store.

    Raises
    ------
    TrackingUnreachable
    """
    uri = tracking.registry_uri
    if uri is not None and uri != tracking.uri:
        check_reachable(uri, REGISTRY_VARIABLE)
        with translate_mlflow_errors(tracking, of_registry=True):
            check_usable(uri, REGISTRY_VARIABLE)


@contextlib.contextmanager
def store_lock(uri: str) -> Iterator[None]:
    """Lock a SQLite store for other processes on this machine. Other stores aren't locked."""
    database = database_file(uri)
    if database is None:
        yield
        return
    database.parent.mkdir(parents=True, exist_ok=True)
    with database.with_name(database.name + ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _create_database(database: Path) -> None:
    """Create a new SQLite store atomically.

    If a process were killed during MLflow's fifty migrations, the file would be broken for good.
    """
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    new = database.with_name(database.name + ".new")
    new.unlink(missing_ok=True)
    try:
        store = SqlAlchemyStore(f"{SQLITE}{new}", (database.parent / "mlartifacts").as_uri())
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
