"""What is shown of a change: the aliases now, the routes that moved, and who does not know yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automl_magic.records.models.deployment import Route


@dataclass(frozen=True)
class Changed:
    """What a change came to.

    `aliases` is what the model's aliases mean now, `routes` every route that moved. `behind` names,
    by deployment, the workers that had not taken it up when we stopped waiting; `untold` says why
    MLflow could not be told, in which case the next command tries again.
    """

    model: str
    aliases: Mapping[str, int]
    routes: tuple[Route, ...] = ()
    behind: Mapping[str, Sequence[str]] = field(default_factory=dict)
    untold: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "model": self.model,
            "aliases": dict(self.aliases),
            "routes": [route.to_json() for route in self.routes],
            "behind": {name: list(workers) for name, workers in self.behind.items()},
            "untold": self.untold,
        }
