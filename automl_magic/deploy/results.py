"""Results of commands on deployments: prepared, current, and with a changed route."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.store.routes import RouteChange


@dataclass(frozen=True)
class PreparedDeployment:
    """A deployment that's ready to serve: all versions of its route are approved and staged.

    Attributes
    ----------
    example : mapping or None
        Example input row of the stable version, if the model has a schema.
    notes : tuple of str
        Actions that were taken.
    is_new : bool
        Whether the deployment was just created.
    """

    deployment: Deployment
    route: Route
    example: Mapping[str, object] | None = None
    notes: tuple[str, ...] = ()
    is_new: bool = False

    def to_json(self) -> dict[str, object]:
        """Return it as JSON types."""
        return {
            "deployment": self.deployment.to_json(),
            "route": self.route.to_json(),
            "example": self.example,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class DeploymentStatus:
    """The current state of a deployment: its route, workers and route history."""

    deployment: Deployment
    route: Route
    workers: Mapping[str, int] = field(default_factory=dict)
    history: Sequence[RouteChange] = ()

    def to_json(self) -> dict[str, object]:
        """Return it as JSON types."""
        return {
            "deployment": self.deployment.to_json(),
            "route": self.route.to_json(),
            "workers": dict(self.workers),
            "history": [
                {**dataclasses.asdict(change), "route": change.route.to_json()}
                for change in self.history
            ],
        }


@dataclass(frozen=True)
class RouteUpdate:
    """A changed route.

    Attributes
    ----------
    lagging_workers : sequence of str
        Workers that haven't applied the route yet.
    mlflow_error : str or None
        Why MLflow couldn't be updated.
    notes : tuple of str
        Differences between the versions that callers notice.
    is_untried : bool
        Whether the new stable version had never predicted anything for the deployment.
    """

    route: Route
    lagging_workers: Sequence[str] = ()
    mlflow_error: str | None = None
    notes: tuple[str, ...] = ()
    is_untried: bool = False

    def to_json(self) -> dict[str, object]:
        """Return it as JSON types."""
        return {
            "route": self.route.to_json(),
            "behind": list(self.lagging_workers),
            "untold": self.mlflow_error,
            "notes": list(self.notes),
            "untried": self.is_untried,
        }
