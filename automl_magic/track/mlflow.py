"""MlflowTracker: one MLflow run per notebook run, and a nested MLflow run per trial.

A run is identified by the tag `automl.run_id` of its MLflow run, a trial by the tags
`automl.trial_of` and `automl.trial_number`. Every call looks these up first, so it can be repeated.
`automl.status` is written last. It shows that the run is complete.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.records import Leaderboard, Run, RunStatus, Trial
from automl_magic.records.codec import json_text
from automl_magic.track import mlflow_names
from automl_magic.track.experiments import ensure_experiment, experiment_ids
from automl_magic.track.logged_model import find_model, log_model
from automl_magic.track.search_end import search_end
from automl_magic.track.tracker import (
    TrackedRun,
    check_ended,
    files_to_track,
    not_tracked_error,
    tags_of,
)
from automl_magic.track.trial_runs import end_trials, log_trial, read_trial, trial_runs
from automl_magic.workspace.mlflow import connect, store_lock, translate_mlflow_errors
from automl_magic.workspace.workspace import Tracking

if TYPE_CHECKING:
    from mlflow.entities import Run as MlflowRun
    from mlflow.tracking import MlflowClient

# Separate from the run's files.
_PARAMS, _ENVIRONMENT = "automl/params.json", "automl/environment.json"
# The names of the logged files, because MLflow can't list folders with a quote in their name.
_FILES = "automl/files.json"
_BATCH = 100
_ENDS = {
    RunStatus.SUCCEEDED: "FINISHED",
    RunStatus.FAILED: "FAILED",
    RunStatus.CANCELLED: "KILLED",
    RunStatus.LOST: "KILLED",
}


class MlflowTracker:
    """A tracker that writes to MLflow. It imports MLflow on the first call.

    Parameters
    ----------
    tracking : Tracking
        A database or a server: `Workspace.tracking`.

    Raises
    ------
    TrackingError
        By every call, if the store doesn't respond or rejects a request.
    """

    def __init__(self, tracking: Tracking) -> None:
        self.tracking = tracking
        self._connection: MlflowClient | None = None
        self._ids: dict[str, str] = {}

    def prepare(self) -> None:
        self._client()

    def begin(
        self,
        run: Run,
        *,
        experiment_name: str,
        params: Mapping[str, object],
        tags: Mapping[str, str],
    ) -> str:
        self._client()
        with translate_mlflow_errors(self.tracking):
            with store_lock(self.tracking.uri):
                mlflow_run = self._find(run.run_id) or self._create_run(run, experiment_name, tags)
            tracking_id: str = mlflow_run.info.run_id
            self._ids[run.run_id] = tracking_id
            self._log_params(tracking_id, params, logged=mlflow_run.data.params)
            if mlflow_run.inputs is None or not mlflow_run.inputs.dataset_inputs:
                self._log_dataset(tracking_id, run)
        return tracking_id

    def log_trials(self, run_id: str, trials: Sequence[Trial]) -> None:
        client = self._client()
        with translate_mlflow_errors(self.tracking):
            parent = self._get_run(run_id)
            logged_trials = trial_runs(client, parent)
            for trial in trials:
                log_trial(client, parent, run_id, trial, logged_trials.get(trial.number))

    def finish(self, run: Run, *, artifacts: Path | None, metrics: Mapping[str, float]) -> None:
        from mlflow.entities import Metric, RunTag

        check_ended(run)
        client = self._client()
        with translate_mlflow_errors(self.tracking):
            parent = self._get_run(run.run_id)
            if "automl.status" in parent.data.tags:
                return
            tracking_id, end = parent.info.run_id, _to_ms(run.ended_at or run.created_at)
            end_trials(client, parent, end)
            model_uri = None
            if artifacts is not None and artifacts.is_dir():
                files = files_to_track(artifacts)
                for path in files:
                    folder = str(path.parent) if path.parent.name else None
                    client.log_artifact(tracking_id, str(artifacts / path), folder)
                client.log_text(tracking_id, json_text(list(map(str, files))), _FILES)
                if run.status is RunStatus.SUCCEEDED:
                    model_uri = log_model(client, parent, run, artifacts / "model")
            environment = run.inputs.get("environment")
            if isinstance(environment, Mapping):
                client.log_text(tracking_id, json_text(environment, indent=2), _ENVIRONMENT)
            end_tags = {"automl.status": run.status.value}
            if run.failure is not None:
                end_tags["automl.failure"] = f"{run.failure.kind.value}: {run.failure.message}"
            if run.has_only_baseline:
                end_tags["automl.only_baseline"] = "true"
            for part in ("cv", "holdout"):
                if why := (run.result.get(part) or {}).get("undefined"):
                    end_tags[f"automl.{part}_undefined"] = str(why)
            if (end_of_search := search_end(run)) is not None:
                end_tags["automl.ended_early"] = end_of_search.reason
                if end_of_search.untried:
                    end_tags["automl.untried"] = ", ".join(end_of_search.untried)
            if model_uri is not None:
                end_tags["automl.model_uri"] = model_uri
            client.set_terminated(tracking_id, _ENDS[run.status], end)
            client.log_batch(
                tracking_id,
                metrics=[
                    Metric(mlflow_names.mlflow_key(n), float(v), end, 0) for n, v in metrics.items()
                ],
                tags=[RunTag(key, text) for key, text in _tag_texts(end_tags).items()],
            )

    def get(self, run_id: str) -> TrackedRun | None:
        client = self._client()
        with translate_mlflow_errors(self.tracking):
            mlflow_run = self._find(run_id)
            if mlflow_run is None:
                return None
            tags = mlflow_run.data.tags
            return TrackedRun(
                run_id=run_id,
                tracking_id=mlflow_run.info.run_id,
                experiment_name=tags["automl.experiment"],
                status=RunStatus(tags.get("automl.status", RunStatus.RUNNING)),
                params=self._read_json(mlflow_run.info.run_id, _PARAMS) or {},
                metrics=mlflow_run.data.metrics,
                tags={k: v for k, v in tags.items() if not k.startswith("mlflow.")},
                artifacts=tuple(self._read_json(mlflow_run.info.run_id, _FILES) or ()),
                model_uri=find_model(client, mlflow_run),
            )

    def trials(self, run_id: str) -> tuple[Trial, ...]:
        client = self._client()
        with translate_mlflow_errors(self.tracking):
            parent = self._find(run_id)
            if parent is None:
                return ()
            children = trial_runs(client, parent)
            return tuple(read_trial(client, children[number]) for number in sorted(children))

    def leaderboard(self, run_id: str) -> Leaderboard | None:
        self._client()
        with translate_mlflow_errors(self.tracking):
            mlflow_run = self._find(run_id)
            tracking_id = mlflow_run.info.run_id if mlflow_run else None
            document = self._read_json(tracking_id, "leaderboard.json") if tracking_id else None
        return Leaderboard.from_json(document) if document else None

    def _client(self) -> MlflowClient:
        if self._connection is None:
            self._connection = connect(self.tracking)
        return self._connection

    def _find(self, run_id: str) -> MlflowRun | None:
        client = self._client()
        if run_id in self._ids:
            mlflow_run = client.get_run(self._ids[run_id])
            if mlflow_run.info.lifecycle_stage == "active":
                return mlflow_run
            del self._ids[run_id]  # another process also created it, and kept its own
        if not run_id.replace("-", "").replace("_", "").isalnum():
            return None
        mlflow_runs = self._search(run_id)
        if not mlflow_runs:
            return None
        self._ids[run_id] = mlflow_runs[0].info.run_id
        return mlflow_runs[0]

    def _search(self, run_id: str) -> list[MlflowRun]:
        """Return all MLflow runs of a run. The first one is the same for all processes."""
        client = self._client()
        mlflow_runs = client.search_runs(
            experiment_ids(client), f"tags.`automl.run_id` = '{run_id}'"
        )
        return sorted(
            mlflow_runs, key=lambda r: ("automl.status" not in r.data.tags, r.info.run_id)
        )

    def _create_run(self, run: Run, experiment_name: str, tags: Mapping[str, str]) -> MlflowRun:
        from mlflow.exceptions import MlflowException

        client = self._client()
        created = client.create_run(
            ensure_experiment(client, self.tracking, experiment_name),
            start_time=_to_ms(run.started_at or run.created_at),
            run_name=mlflow_names.mlflow_value(f"{run.kind} {run.run_id}", mlflow_names.MAX_KEY),
            tags=_tag_texts(
                {
                    "automl.experiment": experiment_name,
                    "mlflow.source.name": Path(run.notebook).name,
                    **tags_of(run),
                    **tags,
                }
            ),
        )
        # A server has no lock: another process can have created the run in the meantime.
        first, *others = self._search(run.run_id) or [created]
        for other in others:
            with contextlib.suppress(MlflowException):  # the other process deletes it, too
                client.delete_run(other.info.run_id)
        return first

    def _get_run(self, run_id: str) -> MlflowRun:
        mlflow_run = self._find(run_id)
        if mlflow_run is None:
            raise not_tracked_error(run_id)
        return mlflow_run

    def _log_params(
        self, tracking_id: str, params: Mapping[str, object], *, logged: Mapping[str, str]
    ) -> None:
        from mlflow.entities import Param

        client = self._client()
        texts = {
            mlflow_names.mlflow_key(name): mlflow_names.mlflow_value(value)
            for name, value in params.items()
        }
        missing = [Param(name, text) for name, text in texts.items() if name not in logged]
        for start in range(0, len(missing), _BATCH):
            client.log_batch(tracking_id, params=missing[start : start + _BATCH])
        if params and (missing or not logged):
            client.log_text(tracking_id, json_text(dict(params), indent=2), _PARAMS)

    def _log_dataset(self, tracking_id: str, run: Run) -> None:
        from mlflow.entities import Dataset, DatasetInput

        fingerprint = run.inputs.get("data")
        if isinstance(fingerprint, str):
            digest = fingerprint.removeprefix("sha256:")[:36]
            data = Dataset(name="table", digest=digest, source_type="automl", source="{}")
            self._client().log_inputs(tracking_id, [DatasetInput(data, [])])

    def _read_json(self, tracking_id: str, path: str) -> Any:
        client = self._client()
        parent_path = path.rpartition("/")[0] or None
        if all(file.path != path for file in client.list_artifacts(tracking_id, parent_path)):
            return None
        with tempfile.TemporaryDirectory() as folder:
            text = Path(client.download_artifacts(tracking_id, path, folder)).read_text("utf-8")
        return json.loads(text)


def _tag_texts(tags: Mapping[str, str]) -> dict[str, str]:
    return {
        mlflow_names.mlflow_key(name): mlflow_names.mlflow_value(text, mlflow_names.MAX_TAG)
        for name, text in tags.items()
    }


def _to_ms(time: datetime) -> int:
    return int(time.timestamp() * 1000)
