"""MLflow experiments by name, created when first needed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from automl_magic.track import mlflow_names
from automl_magic.workspace.mlflow import artifact_root
from automl_magic.workspace.workspace import Tracking

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient


def ensure_experiment(client: MlflowClient, tracking: Tracking, name: str) -> str:
    """Return the id of the experiment with this name. Create it if it doesn't exist."""
    from mlflow.exceptions import MlflowException

    safe = mlflow_names.mlflow_value(name.strip() or "automl", mlflow_names.MAX_EXPERIMENT)
    experiment = client.get_experiment_by_name(safe)
    if experiment is None:
        root = artifact_root(tracking)
        # The name is user data, so the folder's name is its digest.
        folder = hashlib.sha256(safe.encode()).hexdigest()[:16]
        location = (root / folder).as_uri() if root else None
        try:
            return str(client.create_experiment(safe, artifact_location=location))
        except MlflowException:
            # Another process has created it in the meantime.
            experiment = client.get_experiment_by_name(safe)
            if experiment is None:
                raise
    if experiment.lifecycle_stage != "active":
        client.restore_experiment(experiment.experiment_id)
    return str(experiment.experiment_id)


def experiment_ids(client: MlflowClient) -> list[str]:
    """Return the ids of all experiments that aren't deleted."""
    ids, token = [], None
    while True:
        page = client.search_experiments(max_results=1000, page_token=token)
        ids += [experiment.experiment_id for experiment in page]
        token = page.token
        if not token:
            return ids
