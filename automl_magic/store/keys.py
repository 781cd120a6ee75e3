"""API keys for servers. Only the SHA-256 of a key is stored.

A key is 32 random bytes, so a fast hash is enough. A slow one would only slow down the server.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, Row, select, update

from automl_magic.errors import DeploymentError, closest_match, shorten
from automl_magic.records.codec import json_text
from automl_magic.store.audit import append
from automl_magic.store.engine import database_time, exclusive_transaction, read_transaction
from automl_magic.store.tables import api_keys

_SECRET = re.compile(r"amk_(?P<id>[0-9a-f]{12})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret. Empty `deployments` means all. Times are Unix times in seconds."""

    id: str
    name: str
    sha256: str
    deployments: tuple[str, ...]
    requests_per_s: float | None
    created_at: float
    expires_at: float | None
    revoked_at: float | None

    def allows(self, deployment: str) -> bool:
        """Return whether the key allows access to a deployment."""
        return not self.deployments or deployment in self.deployments


def sha256_of(secret: str) -> str:
    """Return the hex SHA-256 of a key's text, which identifies it."""
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
    """Create a key.

    Parameters
    ----------
    name : str
        Display name.
    deployments : sequence of str
        The deployments that it allows access to. Empty for all.
    requests_per_s : float, optional
        Maximum requests per second. By default the server's limit.
    expires_at : float, optional
        Unix time in seconds when it expires.
    actor : str
        The user who creates it.

    Returns
    -------
    id, secret : str
        The secret isn't stored. If you lose it, create another key.
    """
    key_id = secrets.token_hex(6)
    secret = f"amk_{key_id}_{secrets.token_urlsafe(32)}"
    with exclusive_transaction(engine) as connection:
        connection.execute(
            api_keys.insert().values(
                id=key_id,
                name=name,
                sha256=sha256_of(secret),
                deployments=json_text(list(deployments)),
                requests_per_s=requests_per_s,
                created_at=database_time(connection),
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
    """Revoke a key. Servers apply it at their next refresh. Revoking twice changes nothing.

    Raises
    ------
    DeploymentError
        If there is no such key.
    """
    keys_by_id = {key.id: key for key in list_keys(engine)}
    # Accept a full secret, because it contains the ID.
    match = _SECRET.fullmatch(key_id)
    id_to_revoke = match["id"] if match else key_id
    if id_to_revoke not in keys_by_id:
        close = closest_match(id_to_revoke, keys_by_id)
        raise DeploymentError(
            f"There is no API key {id_to_revoke[:40]!r}.",
            why=f"The keys are {shorten(list(keys_by_id))}."
            if keys_by_id
            else "There are no keys.",
            fix=f"Use {close}." if close else "List the keys: automl key list",
        )
    with exclusive_transaction(engine) as connection:
        revoked_at = database_time(connection)
        is_active = (api_keys.c.id == id_to_revoke) & api_keys.c.revoked_at.is_(None)
        if connection.execute(
            update(api_keys).where(is_active).values(revoked_at=revoked_at)
        ).rowcount:
            append(
                connection,
                actor=actor,
                action="key.revoke",
                subject=f"key {id_to_revoke}",
                detail={"name": keys_by_id[id_to_revoke].name},
            )
        row = connection.execute(select(api_keys).where(api_keys.c.id == id_to_revoke)).one()
    return _from_row(row)


def list_keys(engine: Engine) -> list[ApiKey]:
    """Return all keys, including expired and revoked ones, newest first."""
    with read_transaction(engine) as connection:
        query = select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id)
        return [_from_row(row) for row in connection.execute(query)]


def load_valid_keys(engine: Engine) -> dict[str, ApiKey]:
    """Return the valid keys, by the hex SHA-256 of their secrets.

    A key can expire while a server has it in memory, so check `expires_at` on each use.
    """
    with read_transaction(engine) as connection:
        query = select(api_keys).where(
            api_keys.c.revoked_at.is_(None),
            api_keys.c.expires_at.is_(None) | (api_keys.c.expires_at > database_time(connection)),
        )
        return {row.sha256: _from_row(row) for row in connection.execute(query)}


def has_any_key(engine: Engine) -> bool:
    """Return whether a key was ever created. From then on, requests need one.

    Expired and revoked keys count, or access would be open again after the last one ends.
    """
    with read_transaction(engine) as connection:
        return connection.execute(select(api_keys.c.id).limit(1)).first() is not None


def _from_row(row: Row[tuple[object, ...]]) -> ApiKey:
    fields = {**row._mapping, "deployments": tuple(json.loads(row.deployments))}
    return ApiKey(**fields)
