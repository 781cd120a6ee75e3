"""Whether a server answers, found out within seconds.

MLflow would try for minutes: 8 times for a tracking server, with 120 s for each answer, and 10
times for a database. Its settings can't limit the total, and a shorter timeout would also end the
upload of a large model. So one small request is sent first, with a limit of its own.
"""

from __future__ import annotations

import contextlib
import contextvars
import queue
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

from automl_magic.workspace.mlflow.addresses import is_database_server, is_server
from automl_magic.workspace.mlflow.failures import connection_failure, unreachable_error

LIMIT_S = 8.0
_CONNECT_S, _ANSWER_S = 4.0, 6.0
_FIRST_REQUEST = "/api/2.0/mlflow/experiments/search"
_SERVER_ERROR = 500


def check_reachable(uri: str, variable: str) -> None:
    """Check that the server at an address answers at all, without importing MLflow.

    Parameters
    ----------
    variable : str
        Environment variable that sets the address, for the error. Files aren't checked.

    Raises
    ------
    TrackingUnreachable
        If it doesn't answer within `LIMIT_S` seconds.
    """
    try:
        urlsplit(uri).port  # noqa: B018 - parses it
    except ValueError as error:
        raise unreachable_error(uri, variable, f"The address isn't valid: {error}.") from error
    if is_server(uri):
        _check(_greet_server, uri, variable)
    elif is_database_server(uri):
        _check(_ask_database, uri, variable)


def check_usable(uri: str, variable: str) -> None:
    """Check that an MLflow server can read its store, with one request of its API.

    Parameters
    ----------
    variable : str
        As in `check_reachable`.

    Raises
    ------
    TrackingUnreachable
        If it doesn't answer within `LIMIT_S` seconds, or answers with a server error.
    """
    if is_server(uri):
        _check(_ask_server, uri, variable)


def _check(ask: Callable[[str], str | None], uri: str, variable: str) -> None:
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    # The look-up of a name has no timeout, so the question is asked in a thread that may hang. The
    # context has MLflow's workspace.
    context = contextvars.copy_context()
    threading.Thread(
        target=lambda: answers.put(context.run(ask, uri)), name="automl-probe", daemon=True
    ).start()
    try:
        reason = answers.get(timeout=LIMIT_S)
    except queue.Empty:
        reason = f"It didn't answer within {LIMIT_S:g} s."
    if reason is not None:
        raise unreachable_error(uri, variable, reason)


def _greet_server(uri: str) -> str | None:
    """Return why a server didn't answer, or None. Any answer will do, even that it's forbidden."""
    from http.client import HTTPConnection, HTTPException
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(uri)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    if parts.scheme in getproxies() and not proxy_bypass(host):
        return None  # the first real request goes through the proxy
    connection = HTTPConnection(host, port, timeout=_CONNECT_S)
    try:
        connection.connect()
        if parts.scheme == "http":  # MLflow can have its own settings for TLS
            connection.sock.settimeout(_ANSWER_S)
            connection.request("GET", f"{parts.path.rstrip('/')}/health")
            connection.getresponse()
    except HTTPException:
        return None
    except UnicodeError:
        return "Its name isn't a host name."
    except OSError as error:
        return connection_failure(error)
    finally:
        connection.close()
    return None


def _ask_server(uri: str) -> str | None:
    """Return why a server can't be used, or None if it answered."""
    from mlflow.exceptions import MlflowException
    from mlflow.utils.credentials import get_default_host_creds
    from mlflow.utils.rest_utils import http_request

    try:
        response = http_request(
            get_default_host_creds(uri),
            _FIRST_REQUEST,
            "POST",
            json={"max_results": 1},
            timeout=(_CONNECT_S, _ANSWER_S),
            max_retries=0,
            raise_on_status=False,
        )
    except MlflowException as error:
        # Other failures are reported by the first real request.
        return connection_failure(error)
    if response.status_code >= _SERVER_ERROR:
        return f"It answered {response.status_code} {response.reason}.".replace(" .", ".")
    return None


def _ask_database(uri: str) -> str | None:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import OperationalError, SQLAlchemyError
    from sqlalchemy.pool import NullPool

    # A missing driver or a wrong address is reported by the first real request.
    with contextlib.suppress(SQLAlchemyError, ImportError):
        engine = create_engine(uri, poolclass=NullPool)
        try:
            engine.connect().close()
        except OperationalError as error:
            lines = str(error.orig).strip().splitlines()
            return lines[0] if lines else "It refused the connection."
    return None
