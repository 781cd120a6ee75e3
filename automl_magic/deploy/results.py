"""What is shown of a deployment: as it was made, as it is now, and after its route was changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.store.routes import RouteChange


@dataclass(frozen=True)
class Deployed:
    """A deployment that servers can begin with: every version of its route is approved and staged.

    `example` is a row that its stable version takes, where the model says what it takes. `notes`
    say what was done on the way.
    """

    deployment: Deployment
    route: Route
    example: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "deployment": self.deployment.to_json(),
            "route": self.route.to_json(),
            "example": self.example,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Shown:
    """A deployment as it is now: its route, who serves it, and how the route came to be."""

    deployment: Deployment
    route: Route
    workers: Mapping[str, int] = field(default_factory=dict)
    history: Sequence[RouteChange] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "deployment": self.deployment.to_json(),
            "route": self.route.to_json(),
            "workers": dict(self.workers),
            "history": [
                {**dataclasses.asdict(one), "route": one.route.to_json()} for one in self.history
            ],
        }


@dataclass(frozen=True)
class Routed:
    """A route that was changed, and the workers that do not follow it yet."""

    route: Route
    behind: Sequence[str] = ()
    untold: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            "route": self.route.to_json(),
            "behind": list(self.behind),
            "untold": self.untold,
        }
