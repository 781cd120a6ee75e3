"""Results of commands that move aliases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from automl_magic.records.models.deployment import Route


@dataclass(frozen=True)
class AliasChangeResult:
    """Result of an alias change.

    Attributes
    ----------
    aliases : mapping of str to int
        The model's aliases now.
    routes : tuple of Route
        Changed routes.
    lagging_workers : mapping of str to sequence of str
        Workers that haven't applied the change yet, by deployment.
    mlflow_error : str or None
        Why MLflow couldn't be updated. The next command tries again.
    notes : tuple of str
        Differences between the versions that callers notice.
    untried : tuple of str
        Changed deployments for which the version had never predicted anything.
    """

    model: str
    aliases: Mapping[str, int]
    routes: tuple[Route, ...] = ()
    lagging_workers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    mlflow_error: str | None = None
    notes: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return it as JSON types."""
        return {
            "model": self.model,
            "aliases": dict(self.aliases),
            "routes": [route.to_json() for route in self.routes],
            "behind": {name: list(workers) for name, workers in self.lagging_workers.items()},
            "untold": self.mlflow_error,
            "notes": list(self.notes),
            "untried": list(self.untried),
        }
