"""Who answers: the model of a folder, or the stable version of a deployment, whichever that is."""

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

LOOK_S = 1.0  # between two looks for another version of a deployment


def scorer_of(loaded: Loaded, windows: Windows | None, checks: Checks | None = None) -> Scorer:
    """Return what scores messages with a model."""
    return Scorer(loaded.model, loaded.schema, loaded.name, windows=windows, checks=checks)


class Following:
    """The stable version of a deployment, whichever that is.

    Parameters
    ----------
    home : Path
        Where the models of the deployment are staged, and whose signatures are believed.
    epoch : int
        That of the deployment's route, as it was read.

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
        """Return what scores the next messages; looks once a second for another version."""
        if time.monotonic() - self._looked_at >= LOOK_S:
            self._looked_at = time.monotonic()
            epoch = epoch_of(self._engine, [self._name]).get(self._name)
            if epoch is None:
                raise DeploymentNotFound(
                    f"The deployment {self._name!r} is gone.",
                    why="It was deleted while the stream was running.",
                    fix="See what there is: automl deployments",
                )
            if epoch != self._epoch:
                self._epoch, self._scorer = epoch, self._load()
        return self._scorer

    def _load(self) -> Scorer:
        deployment, route = read_deployment(self._engine, self._name)
        with reading(self._engine) as connection:
            trusted = TrustedKeys(trusted_folder(self._home))
            approval = check_approved(connection, route.model, route.stable, trusted=trusted)
        said = approval.statement
        loaded = load_folder(
            staged_folder(said, self._home),
            f"models:/{route.model}/{route.stable}",
            manifest_sha256=said.manifest_sha256,
        )
        return scorer_of(loaded, self._windows, deployment.checks)
