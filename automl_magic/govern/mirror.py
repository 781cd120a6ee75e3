"""Mirror: what the aliases mean, written where MLflow and its users read it.

The store is the truth. An order in the outbox says which model to look at; whoever comes next looks
at the truth of that moment and writes it, as often as it takes.
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
    """Where aliases are written to."""

    def point(self, name: str, aliases: Mapping[str, int | None]) -> None:
        """Make each alias mean its version, and take away those that mean None."""


@dataclass(frozen=True)
class Delivered:
    """What became of the orders: models that were told, and those that could not be, with why."""

    told: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


def deliver(engine: Engine, pointer: Pointer, *, wait_s: float = WAIT_S) -> Delivered:
    """Write the aliases of every model that changed, and never an older truth over a newer one.

    What fails stays in the outbox with its error, and does not keep other models waiting. Where
    another process delivers for longer than `wait_s`, it is left to that one.
    """
    told: list[str] = []
    refused: dict[str, str] = {}
    if not pending(engine, ALIASES_OF):
        return Delivered()
    with delivering_alone(engine, wait_s) as is_mine:
        # What came in while we waited, or while we write, is ours too.
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
