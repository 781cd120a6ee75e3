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
from automl_magic.store.outbox import ALIASES_OF, Order, delivering_alone, done, failed, pending

WAIT_S = 10.0


class Pointer(Protocol):
    """A registry that aliases are written to."""

    def point(self, name: str, aliases: Mapping[str, int | None]) -> None:
        """Point each alias to its version, and delete aliases with None."""


@dataclass(frozen=True)
class Delivered:
    """Result of writing aliases: updated models, and failed models with the reason."""

    told: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


def deliver(engine: Engine, pointer: Pointer, *, wait_s: float = WAIT_S) -> Delivered:
    """Write the aliases of each changed model. Never overwrites newer aliases with older ones.

    A failed model stays in the outbox with its error and doesn't block the others. If another
    process holds the lock for longer than `wait_s` seconds, the work is left to that process.
    """
    told: list[str] = []
    refused: dict[str, str] = {}
    if not pending(engine, ALIASES_OF):
        return Delivered()
    with delivering_alone(engine, wait_s) as is_mine:
        # Include messages that arrived in the meantime.
        while is_mine and (model := _next(orders := pending(engine, ALIASES_OF), refused)):
            mine = [order for order in orders if order.payload["model"] == model]
            ids = [order.id for order in mine]
            try:
                pointer.point(model, _wanted(engine, model, mine))
            except AutomlMagicError as error:
                failed(engine, ids, f"{error.what} {error.why}")
                refused[model] = error.why
            else:
                done(engine, ids)
                told.append(model)
    return Delivered(tuple(dict.fromkeys(told)), refused)


def _next(orders: list[Order], refused: Mapping[str, str]) -> str | None:
    models = (str(order.payload["model"]) for order in orders)
    return next((model for model in models if model not in refused), None)


def _wanted(engine: Engine, model: str, orders: list[Order]) -> dict[str, int | None]:
    gone = {str(alias) for order in orders for alias in order.payload["gone"]}
    return {**dict.fromkeys(sorted(gone)), **read_aliases(engine, model).versions}
