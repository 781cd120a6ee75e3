"""The scorer of a stream: a model, or the current stable version of a deployment."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from automl_magic.errors import DeploymentNotFound
from automl_magic.recipe.model_folder import LoadedRecipe, load_model_folder
from automl_magic.store.approvals import check_approved
from automl_magic.store.engine import read_transaction
from automl_magic.store.routes import read_deployment, read_epochs
from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic.store.staged import staged_folder
from automl_magic.stream.scorer import Scorer

if TYPE_CHECKING:
    from automl_magic.records.models.deployment import InputChecks
    from automl_magic.stream.windows import Windows

POLL_INTERVAL_S = 1.0  # interval between checks for a new version of a deployment


def scorer_of(
    loaded: LoadedRecipe, windows: Windows | None, checks: InputChecks | None = None
) -> Scorer:
    """Return the scorer for a loaded model."""
    return Scorer(loaded.model, loaded.schema, loaded.name, windows=windows, checks=checks)


class DeploymentScorer:
    """Provides a scorer for the current stable version of a deployment.

    Parameters
    ----------
    home : Path
        The home folder with the staged models and the trusted keys.
    epoch : int
        The epoch of the deployment's route when it was read.

    Raises
    ------
    DeploymentNotFound, NotApproved, ArtifactTampered
    """

    def __init__(
        self, engine: Engine, home: Path, name: str, epoch: int, windows: Windows | None
    ) -> None:
        self._engine, self._home, self._name, self._windows = engine, home, name, windows
        self._epoch, self._looked_at = epoch, time.monotonic()
        self._scorer = self._load()

    def scorer(self) -> Scorer:
        """Return the scorer for the next messages. It checks for a new version once per second."""
        if time.monotonic() - self._looked_at >= POLL_INTERVAL_S:
            self._looked_at = time.monotonic()
            epoch = read_epochs(self._engine, [self._name]).get(self._name)
            if epoch is None:
                raise DeploymentNotFound(
                    f"The deployment {self._name!r} no longer exists.",
                    why="It was deleted while the stream was running.",
                    fix="List deployments: automl deployments",
                )
            if epoch != self._epoch:
                self._epoch, self._scorer = epoch, self._load()
        return self._scorer

    def _load(self) -> Scorer:
        deployment, route = read_deployment(self._engine, self._name)
        with read_transaction(self._engine) as connection:
            trusted = TrustedKeys(trusted_folder(self._home))
            approval = check_approved(connection, route.model, route.stable, trusted=trusted)
        statement = approval.statement
        loaded = load_model_folder(
            staged_folder(statement, self._home),
            f"models:/{route.model}/{route.stable}",
            home=self._home,
            manifest_sha256=statement.manifest_sha256,
        )
        return scorer_of(loaded, self._windows, deployment.checks)
