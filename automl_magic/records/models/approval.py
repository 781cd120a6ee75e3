"""Approval: a signed statement that approves a model version for serving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from automl_magic.records.codec import Record

APPROVAL_NAME = "approval.json"


@dataclass(frozen=True, kw_only=True)
class Statement(Record):
    """The signed content: these files are approved as this version of this model.

    `manifest_sha256` is `Manifest.digest()`, which covers all files of the model. `author` made the
    version and `approver` approved it. `policy` is the name of the rule that permitted the
    approval.
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
    """A statement with the Ed25519 signature (RFC 8032) of its canonical JSON (RFC 8785).

    `key_id` is the SHA-256 of the public key's 32 bytes as `sha256:<hex>`. `signature` is base64.
    The file is `approval.json`, next to the model's manifest.
    """

    statement: Statement
    key_id: str
    signature: str
