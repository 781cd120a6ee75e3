"""API keys: who may ask a server. Only the SHA-256 of a key is kept.

A key is 32 random bytes, so one fast hash protects it; a slow one would only slow the server.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, Row, select, update

from automl_magic.errors import DeploymentError, near_miss, shorten
from automl_magic.store.audit import append
from automl_magic.store.engine import now, reading, serially
from automl_magic.store.tables import api_keys

_SECRET = re.compile(r"amk_(?P<id>[0-9a-f]{12})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret; no `deployments` means all. Times in seconds since 1970."""

    id: str
    name: str
    sha256: str
    deployments: tuple[str, ...]
    requests_per_s: float | None
    created_at: float
    expires_at: float | None
    revoked_at: float | None

    def allows(self, deployment: str) -> bool:
        """Say whether the key opens a deployment."""
        return not self.deployments or deployment in self.deployments


def sha256_of(secret: str) -> str:
    """Return what a key is known by: the hex SHA-256 of its text."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def create_key(
    engine: Engine,
    name: str,
    deployments: Sequence[str] = (),
    requests_per_s: float | None = None,
    expires_at: float | None = None,
    *,
    actor: str,
) -> tuple[str, str]:
    """Make a key.

    Parameters
    ----------
    name : str
        What people call it.
    actor : str
        Who makes it.
    deployments : sequence of str
        What it opens; everything if empty.
    requests_per_s : float, optional
        How many requests a second it allows; by default as many as the server does.
    expires_at : float, optional
        When it ends, in seconds since 1970.

    Returns
    -------
    id, secret : str
        The secret is nowhere else: who loses it makes another key.
    """
    key_id = secrets.token_hex(6)
    secret = f"amk_{key_id}_{secrets.token_urlsafe(32)}"
    with serially(engine) as connection:
        connection.execute(
            api_keys.insert().values(
                id=key_id,
                name=name,
                sha256=sha256_of(secret),
                deployments=json.dumps(list(deployments)),
                requests_per_s=requests_per_s,
                created_at=now(connection),
                expires_at=expires_at,
            )
        )
        append(
            connection,
            actor=actor,
            action="key.create",
            subject=f"key {key_id}",
            detail={"name": name, "deployments": list(deployments), "expires_at": expires_at},
        )
    return key_id, secret


def revoke_key(engine: Engine, key_id: str, *, actor: str) -> ApiKey:
    """End a key at once; servers follow with their next look. Revoking twice changes nothing.

    Raises
    ------
    DeploymentError
        If there is no such key.
    """
    known = {key.id: key for key in list_keys(engine)}
    # Somebody may well paste the whole secret; its id stands in it.
    match = _SECRET.fullmatch(key_id)
    wanted = match["id"] if match else key_id
    if wanted not in known:
        close = near_miss(wanted, known)
        raise DeploymentError(
            f"There is no API key {wanted[:40]!r}.",
            why=f"The keys are {shorten(list(known))}." if known else "There are no keys.",
            fix=f"Use {close}." if close else "See them: automl key list",
        )
    with serially(engine) as connection:
        at = now(connection)
        is_mine = (api_keys.c.id == wanted) & api_keys.c.revoked_at.is_(None)
        if connection.execute(update(api_keys).where(is_mine).values(revoked_at=at)).rowcount:
            append(
                connection,
                actor=actor,
                action="key.revoke",
                subject=f"key {wanted}",
                detail={"name": known[wanted].name},
            )
        row = connection.execute(select(api_keys).where(api_keys.c.id == wanted)).one()
    return _read(row)


def list_keys(engine: Engine) -> list[ApiKey]:
    """Return every key, the newest first, those that have ended too."""
    with reading(engine) as connection:
        query = select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id)
        return [_read(row) for row in connection.execute(query)]


def load_keys(engine: Engine) -> dict[str, ApiKey]:
    """Return the keys that open something now, by the hex SHA-256 of their secrets.

    A key may expire while a server holds it: compare `expires_at` when it is used.
    """
    with reading(engine) as connection:
        query = select(api_keys).where(
            api_keys.c.revoked_at.is_(None),
            api_keys.c.expires_at.is_(None) | (api_keys.c.expires_at > now(connection)),
        )
        return {row.sha256: _read(row) for row in connection.execute(query)}


def any_key_ever(engine: Engine) -> bool:
    """Say whether a key was ever made. From then on nobody is let in without one.

    Counting only the keys that hold would open the door again with the last one's end.
    """
    with reading(engine) as connection:
        return connection.execute(select(api_keys.c.id).limit(1)).first() is not None


def _read(row: Row[tuple[object, ...]]) -> ApiKey:
    fields = {**row._mapping, "deployments": tuple(json.loads(row.deployments))}
    return ApiKey(**fields)
