"""Write the aliases of the store to MLflow.

The store is the source of truth. An outbox message names a model to update. The next process writes
that model's current aliases, and retries until it succeeds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Engine

from automl_magic.errors import AutomlMagicError
from automl_magic.store.aliases import read_aliases
from automl_magic.store.outbox import (
    MLFLOW_ALIASES,
    OutboxMessage,
    delivery_lock,
    mark_delivered,
    mark_failed,
    pending,
)

WAIT_S = 10.0


class AliasWriter(Protocol):
    """A registry that aliases are written to."""

    def set_aliases(self, name: str, aliases: Mapping[str, int | None]) -> None:
        """Point each alias to its version, and delete aliases with None."""


@dataclass(frozen=True)
class SyncResult:
    """Result of writing aliases: updated models, and failed models with the reason."""

    synced: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


def sync_aliases(engine: Engine, writer: AliasWriter, *, wait_s: float = WAIT_S) -> SyncResult:
    """Write the aliases of each changed model. Never overwrites newer aliases with older ones.

    A failed model stays in the outbox with its error and doesn't block the others. If another
    process holds the lock for longer than `wait_s` seconds, the work is left to that process.
    """
    synced: list[str] = []
    failures: dict[str, str] = {}
    if not pending(engine, MLFLOW_ALIASES):
        return SyncResult()
    with delivery_lock(engine, wait_s) as has_lock:
        # Include messages that arrived in the meantime.
        while has_lock and (
            model := _next_model(queue := pending(engine, MLFLOW_ALIASES), failures)
        ):
            mine = [message for message in queue if message.payload["model"] == model]
            ids = [message.id for message in mine]
            try:
                writer.set_aliases(model, _desired_aliases(engine, model, mine))
            except AutomlMagicError as error:
                mark_failed(engine, ids, f"{error.what} {error.why}")
                failures[model] = error.why
            else:
                mark_delivered(engine, ids)
                synced.append(model)
    return SyncResult(tuple(dict.fromkeys(synced)), failures)


def _next_model(queue: list[OutboxMessage], failures: Mapping[str, str]) -> str | None:
    models = (str(message.payload["model"]) for message in queue)
    return next((model for model in models if model not in failures), None)


def _desired_aliases(
    engine: Engine, model: str, queue: list[OutboxMessage]
) -> dict[str, int | None]:
    deleted = {str(alias) for message in queue for alias in message.payload["gone"]}
    return {**dict.fromkeys(sorted(deleted)), **read_aliases(engine, model).versions}
