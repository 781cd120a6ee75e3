"""Log the model of a run as an MLflow model."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.records import Run
from automl_magic.track.model import DATA, manifest_digest, write_mlmodel_files

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel
    from mlflow.entities import Run as MlflowRun
    from mlflow.tracking import MlflowClient


def log_model(client: MlflowClient, parent: MlflowRun, run: Run, folder: Path) -> str | None:
    """Log the model in `folder` and return its URI, or None if the run has no model.

    An incomplete model is marked as failed and logged again.
    """
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus

    digest = manifest_digest(folder)
    if digest is None:
        return None
    for model in _models(client, parent):
        if model.status == LoggedModelStatus.READY:
            return str(model.model_uri)
        client.finalize_logged_model(model.model_id, LoggedModelStatus.FAILED)
    model = client.create_logged_model(
        parent.info.experiment_id,
        name="model",
        source_run_id=parent.info.run_id,
        tags={"automl.run_id": run.run_id, "automl.manifest_sha256": digest},
    )
    with tempfile.TemporaryDirectory() as description:
        write_mlmodel_files(
            folder, Path(description), run_id=parent.info.run_id, model_id=model.model_id
        )
        client.log_model_artifacts(model.model_id, str(folder), DATA)
        client.log_model_artifacts(model.model_id, description)
    client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    client.log_outputs(parent.info.run_id, [LoggedModelOutput(model.model_id, step=0)])
    return str(model.model_uri)


def find_model(client: MlflowClient, parent: MlflowRun) -> str | None:
    """Return the URI of the run's model if it has a complete one, else None."""
    from mlflow.entities import LoggedModelStatus

    ready = (m for m in _models(client, parent) if m.status == LoggedModelStatus.READY)
    return next((str(model.model_uri) for model in ready), None)


def _models(client: MlflowClient, parent: MlflowRun) -> list[LoggedModel]:
    query = f"source_run_id = '{parent.info.run_id}'"
    return list(client.search_logged_models([parent.info.experiment_id], query))
