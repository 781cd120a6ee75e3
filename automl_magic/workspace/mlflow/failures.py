"""Errors of MLflow and its database as a `TrackingError`."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator

from automl_magic.errors import TrackingError, TrackingUnreachable
from automl_magic.workspace.mlflow.addresses import redact_url
from automl_magic.workspace.workspace import REGISTRY_VARIABLE, TRACKING_VARIABLE, Tracking


@contextlib.contextmanager
def translate_mlflow_errors(tracking: Tracking, *, of_registry: bool = False) -> Iterator[None]:
    """Turn errors of MLflow and its database into a `TrackingError`.

    Parameters
    ----------
    of_registry : bool
        Whether the requests go to the model registry, which can have its own address.
    """
    from alembic.util import CommandError
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with _use_workspace(tracking.workspace):
            yield
    except (MlflowException, SQLAlchemyError, CommandError, OSError) as error:
        if (reason := connection_failure(error)) is not None:
            if of_registry and tracking.registry_uri is not None:
                raise unreachable_error(tracking.registry_uri, REGISTRY_VARIABLE, reason) from error
            raise unreachable_error(tracking.uri, TRACKING_VARIABLE, reason) from error
        raise TrackingError(
            f"A request to the tracking store {redact_url(tracking.uri)} failed.",
            why=_first_line(error),
            fix="Check MLFLOW_TRACKING_URI: sqlite:///FILE, or the address of a running server.",
        ) from error


def unreachable_error(uri: str, variable: str, reason: str) -> TrackingUnreachable:
    """Return the error for a server that doesn't answer. `variable` sets its address."""
    store = "tracking store" if variable == TRACKING_VARIABLE else "model registry"
    return TrackingUnreachable(
        f"Can't reach the {store} {redact_url(uri)}.",
        why=reason,
        fix=f"Start this server, or change its address: {variable}, or `tracking` in the "
        f"workspaces file. To use a file in the workspace's folder: unset {variable}",
    )


def connection_failure(error: BaseException) -> str | None:
    """Return why no answer came, as a sentence, or None if the server answered.

    MLflow and requests wrap the error of the socket several times.
    """
    from requests.exceptions import ConnectionError as RequestsConnectionError
    from requests.exceptions import RetryError, Timeout

    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return f"The TLS connection failed: {_first_line(cause)}."
        if isinstance(cause, socket.gaierror):
            return f"Its name can't be resolved: {cause.strerror}."
        if isinstance(cause, Timeout | TimeoutError):
            return "It didn't answer in time."
        if isinstance(cause, ConnectionError) and cause.strerror:
            return f"{cause.strerror}."
    for cause in causes:
        if isinstance(cause, RetryError):
            return "It answered with a server error."
        if isinstance(cause, RequestsConnectionError):
            return _first_line(cause)
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Return an error and what caused it, the deepest cause first."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    return reversed(chain)


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


def _first_line(error: BaseException) -> str:
    text = redact_url(" ".join(str(error).split()))
    return (text if len(text) <= 300 else text[:299] + "…") or type(error).__name__
