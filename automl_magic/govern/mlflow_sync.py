"""Write the aliases of the store to MLflow.

The store is the source of truth. An outbox message names a model to update. The next process writes
that model's current aliases, and retries until it succeeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Engine

from automl_magic.errors import AutomlMagicError, TrackingUnreachable
from automl_magic.store.aliases import read_aliases
from automl_magic.store.outbox import (
    MLFLOW_ALIASES,
    OutboxMessage,
    mark_delivered,
    mark_failed,
    pending,
)


class AliasWriter(Protocol):
    """A registry that aliases are written to."""

    def set_aliases(self, name: str, aliases: Mapping[str, int | None]) -> None:
        """Point each alias to its version, and delete aliases with None."""


@dataclass(frozen=True)
class SyncResult:
    """Result of writing aliases: updated models, and failed models with the reason."""

    synced: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


def sync_aliases(engine: Engine, writer: AliasWriter) -> SyncResult:
    """Write the aliases of each changed model.

    Other processes may do the same at the same time. No lock is held while the registry is called,
    because it may not answer. Instead, each process checks after writing whether the store still
    says the same, and otherwise writes again, so newer aliases win.

    A failed model stays in the outbox with its error and doesn't block the others. If the registry
    doesn't answer, the others aren't tried.
    """
    synced: list[str] = []
    failures: dict[str, str] = {}
    # Include messages that arrive in the meantime.
    while model := _next_model(queue := pending(engine, MLFLOW_ALIASES), failures):
        mine = [message for message in queue if message.payload["model"] == model]
        try:
            _write_aliases(engine, writer, model, mine)
        except TrackingUnreachable as error:
            mark_failed(engine, [message.id for message in queue], f"{error.what} {error.why}")
            failures |= dict.fromkeys(_models(queue), error.why)
        except AutomlMagicError as error:
            mark_failed(engine, [message.id for message in mine], f"{error.what} {error.why}")
            failures[model] = error.why
        else:
            mark_delivered(engine, [message.id for message in mine])
            synced.append(model)
    return SyncResult(tuple(dict.fromkeys(synced)), failures)


def _write_aliases(
    engine: Engine, writer: AliasWriter, model: str, queue: list[OutboxMessage]
) -> None:
    """Write the aliases of a model until the store still says the same after writing."""
    deleted = {str(alias) for message in queue for alias in message.payload["gone"]}
    written: dict[str, int] | None = None
    while (current := dict(read_aliases(engine, model).versions)) != written:
        # Another process may have deleted one that was written here after that.
        deleted |= (written or {}).keys()
        writer.set_aliases(model, {**dict.fromkeys(sorted(deleted)), **current})
        written = current


def _next_model(queue: list[OutboxMessage], failures: Mapping[str, str]) -> str | None:
    return next((model for model in _models(queue) if model not in failures), None)


def _models(queue: list[OutboxMessage]) -> Iterator[str]:
    return (str(message.payload["model"]) for message in queue)
