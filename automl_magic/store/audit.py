"""The audit log: who did what, as a hash chain.

An entry's hash is SHA-256 over the previous hash and the entry's canonical JSON (RFC 8785). A
changed, removed or inserted entry breaks the chain there. The chain doesn't show whether entries
were removed at its end. To detect that, keep `head` somewhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785
from sqlalchemy import Connection, Engine, select

from automl_magic.records.codec import dumps
from automl_magic.store.engine import database_time, read_transaction
from automl_magic.store.tables import audit

GENESIS = "sha256:" + "0" * 64
_MAX_SUBJECT = 300


@dataclass(frozen=True)
class AuditEntry:
    """One entry. `at` is a Unix time in seconds, `detail` a JSON mapping."""

    seq: int
    at: float
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]
    previous: str
    hash: str


@dataclass(frozen=True)
class ChainVerification:
    """The result of a check. `broken_at` is the number of the first wrong entry, or None."""

    n_entries: int
    head: str
    broken_at: int | None = None
    why: str | None = None


def append(
    connection: Connection, *, actor: str, action: str, subject: str, detail: Mapping[str, object]
) -> str:
    """Write an entry in the `exclusive_transaction` of the change that it records.

    Returns
    -------
    hash : str
        The new head of the chain.
    """
    last = connection.execute(
        select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    ).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    timestamp = database_time(connection)
    row = {
        "seq": seq,
        "at": timestamp,
        "actor": actor,
        "action": action,
        "subject": subject[:_MAX_SUBJECT],
        "detail": dumps(detail, indent=None).strip(),
    }
    digest = _hash(previous, row)
    connection.execute(audit.insert().values(**row, previous=previous, hash=digest))
    return digest


def entries(engine: Engine, *, limit: int = 50, subject: str | None = None) -> list[AuditEntry]:
    """Return the latest entries, newest first."""
    query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    with read_transaction(engine) as connection:
        return [
            AuditEntry(**{**row._mapping, "detail": json.loads(row.detail)})
            for row in connection.execute(query)
        ]


def verify(engine: Engine) -> ChainVerification:
    """Check the full chain, and return where it breaks."""
    seq, head = 0, GENESIS
    with read_transaction(engine) as connection:
        rows = connection.execution_options(yield_per=1000).execute(
            select(audit).order_by(audit.c.seq)
        )
        for row in rows:
            why = _problem(row._asdict(), seq, head)
            if why is not None:
                return ChainVerification(seq, head, broken_at=row.seq, why=why)
            seq, head = row.seq, row.hash
    return ChainVerification(seq, head)


def _problem(row: Mapping[str, Any], seq: int, head: str) -> str | None:
    if row["seq"] != seq + 1:
        return f"Entry {seq + 1} is missing."
    if row["previous"] != head:
        return "Its previous hash doesn't match the entry before it: one of the two was changed."
    fields = {name: row[name] for name in ("seq", "at", "actor", "action", "subject", "detail")}
    try:
        is_same = _hash(head, fields) == row["hash"]
    except (rfc8785.CanonicalizationError, TypeError):
        is_same = False
    return None if is_same else "Its hash doesn't match its content: it was changed."


def _hash(previous: str, row: Mapping[str, Any]) -> str:
    return "sha256:" + hashlib.sha256(previous.encode() + rfc8785.dumps(dict(row))).hexdigest()
