"""Addresses of MLflow's stores and artifacts."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from automl_magic.workspace.workspace import Tracking

SQLITE = "sqlite:///"
_SERVER_SCHEMES = ("http", "https")
_DATABASE_SCHEMES = ("postgresql", "mysql", "mssql")
# `user:password@`, or a token alone. The last @ ends it, because a password can contain one.
_USER_INFO = re.compile(r"(?<=://)[^/?#\s'\"]*@")
_SECRET_PARAMETER = re.compile(
    r"(?<=[?&])((?:password|token|sslpassword)=)[^&\s'\"]*", re.IGNORECASE
)


def database_file(tracking_uri: str) -> Path | None:
    """Return the file of a SQLite store, or None for other stores."""
    if not tracking_uri.startswith(SQLITE):
        return None
    return Path(tracking_uri.removeprefix(SQLITE).partition("?")[0]).absolute()


def is_server(uri: str) -> bool:
    """Return whether this is the address of an MLflow server."""
    return urlsplit(uri).scheme in _SERVER_SCHEMES


def is_database_server(uri: str) -> bool:
    """Return whether this is the address of a database on a server."""
    return urlsplit(uri).scheme.partition("+")[0] in _DATABASE_SCHEMES


def artifact_root(tracking: Tracking) -> Path | None:
    """Return the folder for artifacts, or None if a server chooses it."""
    if (database := database_file(tracking.uri)) is not None:
        return database.parent / "mlartifacts"
    if is_server(tracking.uri):
        return None
    return tracking.home / "mlartifacts"


def local_path(uri: str) -> Path | None:
    """Return the path of a `file:` URI or a plain path, or None for other URIs."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if parts.scheme else Path(uri)


def redact_url(text: str) -> str:
    """Return an address, or a text with addresses, without passwords and tokens."""
    return _SECRET_PARAMETER.sub(r"\1***", _USER_INFO.sub(_redact_user, text))


def _redact_user(match: re.Match[str]) -> str:
    user, colon, _ = match[0].removesuffix("@").partition(":")
    # A user name without a password can be a token.
    return f"{user}:***@" if colon and user else "***@"
