"""The scorer of a stream: a model, or the current stable version of a deployment."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from automl_magic.errors import DeploymentNotFound
from automl_magic.recipe.loaded import Loaded, load_folder
from automl_magic.store.approvals import check_approved
from automl_magic.store.engine import reading
from automl_magic.store.routes import epoch_of, read_deployment
from automl_magic.store.signing import TrustedKeys, trusted_folder
from automl_magic.store.staged import staged_folder
from automl_magic.stream.scorer import Scorer

if TYPE_CHECKING:
    from automl_magic.records.models.deployment import Checks
    from automl_magic.stream.windows import Windows

LOOK_S = 1.0  # interval between checks for a new version of a deployment


def scorer_of(loaded: Loaded, windows: Windows | None, checks: Checks | None = None) -> Scorer:
    """Return the scorer for a loaded model."""
    return Scorer(loaded.model, loaded.schema, loaded.name, windows=windows, checks=checks)


class Following:
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
        if time.monotonic() - self._looked_at >= LOOK_S:
            self._looked_at = time.monotonic()
            epoch = epoch_of(self._engine, [self._name]).get(self._name)
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
        with reading(self._engine) as connection:
            trusted = TrustedKeys(trusted_folder(self._home))
            approval = check_approved(connection, route.model, route.stable, trusted=trusted)
        statement = approval.statement
        loaded = load_folder(
            staged_folder(statement, self._home),
            f"models:/{route.model}/{route.stable}",
            manifest_sha256=statement.manifest_sha256,
        )
        return scorer_of(loaded, self._windows, deployment.checks)
