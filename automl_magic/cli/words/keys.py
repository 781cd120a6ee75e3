"""API keys in plain text."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from automl_magic.cli.words.table import text_table
from automl_magic.look.text import safe

if TYPE_CHECKING:
    from automl_magic.store.keys import ApiKey


def created(key_id: str, secret: str, deployments: Sequence[str]) -> str:
    """Show a secret, once."""
    opens = ", ".join(map(safe, deployments)) or "every deployment"
    return "\n".join(
        [
            f"Key {key_id} opens {opens}. Its secret is shown this once:",
            f"  {secret}",
            f"Send it as a header: Authorization: Bearer {secret}",
        ]
    )


def revoked(key: ApiKey) -> str:
    """Say that a key has ended."""
    return f"Key {key.id} ({safe(key.name)}) opens nothing any more."


def keys(found: Sequence[ApiKey]) -> str:
    """Lay out the keys, the newest first."""
    if not found:
        return "There are no API keys. Make one: automl key create NAME"
    rows = [
        (
            key.id,
            key.name,
            ", ".join(key.deployments) or "all",
            "–" if key.requests_per_s is None else f"{key.requests_per_s:g}/s",
            _date(key.created_at),
            _state(key),
        )
        for key in found
    ]
    return text_table(("key", "name", "opens", "rate", "made", "state"), rows, right=(3,))


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return f"revoked {_date(key.revoked_at)}"
    if key.expires_at is None:
        return "holds"
    return f"{'expired' if key.expires_at <= time.time() else 'until'} {_date(key.expires_at)}"


def _date(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")
