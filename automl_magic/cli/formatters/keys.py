"""API keys as plain text."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from automl_magic.cli.formatters.table import format_table
from automl_magic.display.text import printable

if TYPE_CHECKING:
    from automl_magic.store.keys import ApiKey


def format_new_key(key_id: str, secret: str, deployments: Sequence[str]) -> str:
    """Format a new key with its secret, which can't be shown again."""
    scope = ", ".join(map(printable, deployments)) or "all deployments"
    return "\n".join(
        [
            f"Created key {key_id} for {scope}. Copy the secret now. It's shown only once:",
            f"  {secret}",
            f"Send it in the header: Authorization: Bearer {secret}",
        ]
    )


def format_revoked_key(key: ApiKey) -> str:
    """Format a revoked key."""
    return f"Revoked key {key.id} ({printable(key.name)})."


def format_keys(api_keys: Sequence[ApiKey]) -> str:
    """Format the keys, newest first."""
    if not api_keys:
        return "No API keys yet. To create one: automl key create NAME"
    rows = [
        (
            api_key.id,
            api_key.name,
            ", ".join(api_key.deployments) or "all",
            "–" if api_key.requests_per_s is None else f"{api_key.requests_per_s:g}/s",
            _format_time(api_key.created_at),
            _format_status(api_key),
        )
        for api_key in api_keys
    ]
    return format_table(
        ("key", "name", "deployments", "rate", "created", "status"), rows, right=(3,)
    )


def _format_status(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return f"revoked {_format_time(key.revoked_at)}"
    if key.expires_at is None:
        return "active"
    status = "expired" if key.expires_at <= time.time() else "active until"
    return f"{status} {_format_time(key.expires_at)}"


def _format_time(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp).astimezone().strftime("%Y-%m-%d %H:%M")
