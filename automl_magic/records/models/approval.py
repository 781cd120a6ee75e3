"""Approval: the signed statement that certain bytes may serve under a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from automl_magic.records.codec import Record

APPROVAL_NAME = "approval.json"


@dataclass(frozen=True, kw_only=True)
class Statement(Record):
    """What is signed: these bytes may serve as this version of this model.

    `manifest_sha256` is `Manifest.digest()`, which binds every file of the model. `author` made the
    version and `approver` approved it; `policy` names the rule that let the approver do so.
    """

    schema_version: int = 1
    model: str
    version: int
    manifest_sha256: str
    author: str
    approver: str
    policy: str
    approved_at: datetime


@dataclass(frozen=True, kw_only=True)
class Approval(Record):
    """A statement with its Ed25519 signature (RFC 8032) over its canonical JSON (RFC 8785).

    `key_id` is the SHA-256 of the public key's 32 bytes as `sha256:<hex>`; `signature` is base64.
    It lies beside the model's manifest as `approval.json`.
    """

    statement: Statement
    key_id: str
    signature: str
