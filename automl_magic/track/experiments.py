"""Experiments of MLflow: by name, made when first needed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from automl_magic.track import names
from automl_magic.workspace.mlflow import artifact_root
from automl_magic.workspace.workspace import Tracking

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient


def ensure_experiment(client: MlflowClient, tracking: Tracking, name: str) -> str:
    """Return the id of the experiment of this name, which is made where there is none."""
    from mlflow.exceptions import MlflowException

    safe = names.value(name.strip() or "automl", names.MAX_EXPERIMENT)
    found = client.get_experiment_by_name(safe)
    if found is None:
        root = artifact_root(tracking)
        # A name is data, and data never becomes a file name: its digest does.
        folder = hashlib.sha256(safe.encode()).hexdigest()[:16]
        location = (root / folder).as_uri() if root else None
        try:
            return str(client.create_experiment(safe, artifact_location=location))
        except MlflowException:
            # Another machine was faster.
            found = client.get_experiment_by_name(safe)
            if found is None:
                raise
    if found.lifecycle_stage != "active":
        client.restore_experiment(found.experiment_id)
    return str(found.experiment_id)


def experiment_ids(client: MlflowClient) -> list[str]:
    """Return the ids of all experiments that were not deleted."""
    ids, token = [], None
    while True:
        page = client.search_experiments(max_results=1000, page_token=token)
        ids += [experiment.experiment_id for experiment in page]
        token = page.token
        if not token:
            return ids
