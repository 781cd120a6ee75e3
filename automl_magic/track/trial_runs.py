"""Trials as nested MLflow runs."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.records import Trial, TrialState
from automl_magic.records.codec import json_text
from automl_magic.track import mlflow_names

if TYPE_CHECKING:
    from mlflow.entities import Run as MlflowRun
    from mlflow.tracking import MlflowClient

_ENDS = {
    TrialState.COMPLETE: "FINISHED",
    TrialState.PRUNED: "KILLED",
    TrialState.FAIL: "FAILED",
}
_FILE = "trial.json"


def trial_runs(client: MlflowClient, parent: MlflowRun) -> dict[int, MlflowRun]:
    """Return the nested MLflow runs of a run by trial number."""
    query = f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'"
    runs: dict[int, MlflowRun] = {}
    token = None
    while True:
        page = client.search_runs(
            [parent.info.experiment_id], query, max_results=1000, page_token=token
        )
        for run in page:
            # The notebook's code can create other nested runs.
            if "automl.trial_number" in run.data.tags:
                runs[int(run.data.tags["automl.trial_number"])] = run
        token = page.token
        if not token:
            return runs


def log_trial(
    client: MlflowClient, parent: MlflowRun, run_id: str, trial: Trial, existing: MlflowRun | None
) -> None:
    """Log one trial. Complete it if a killed writer left it incomplete in `existing`."""
    if existing is not None and existing.info.status != "RUNNING":
        return
    from mlflow.entities import Metric, Param

    now = int(time.time() * 1000)
    text = json_text(trial.to_json())
    fits = len(text) <= mlflow_names.MAX_TAG
    run = existing or client.create_run(
        parent.info.experiment_id,
        start_time=now - int(trial.fit_s * 1000),
        run_name=mlflow_names.mlflow_value(
            f"{trial.number}: {trial.candidate}", mlflow_names.MAX_KEY
        ),
        tags={
            "mlflow.parentRunId": parent.info.run_id,
            "automl.trial_of": run_id,
            "automl.trial_number": str(trial.number),
            "automl.candidate": mlflow_names.mlflow_value(trial.candidate, mlflow_names.MAX_TAG),
            "automl.reason": mlflow_names.mlflow_value(trial.reason, mlflow_names.MAX_TAG),
            **({"automl.trial": text} if fits else {}),
        },
    )
    if not fits:
        client.log_text(run.info.run_id, text, _FILE)
    metrics = [Metric(name, value, now, step) for name, value, step in _metrics(trial)]
    params = {"estimator": trial.estimator, "view": trial.view, **trial.params}
    texts = {
        mlflow_names.mlflow_key(str(name)): mlflow_names.mlflow_value(value)
        for name, value in params.items()
    }
    # MLflow's limits per call are 100 parameters and 1,000 entities in total.
    entries = list(texts.items())
    for start in range(0, max(len(entries), 1), 100):
        client.log_batch(
            run.info.run_id,
            metrics=metrics[:900] if start == 0 else (),
            params=[Param(name, value) for name, value in entries[start : start + 100]],
        )
    client.set_terminated(run.info.run_id, _ENDS[trial.state], now)


def read_trial(client: MlflowClient, run: MlflowRun) -> Trial:
    """Return the trial of a nested run."""
    text = run.data.tags.get("automl.trial")
    if text is None:
        with tempfile.TemporaryDirectory() as folder:
            path = client.download_artifacts(run.info.run_id, _FILE, folder)
            text = Path(path).read_text("utf-8")
    return Trial.from_json(json.loads(text))


def end_trials(client: MlflowClient, parent: MlflowRun, end_ms: int) -> None:
    """Mark all nested runs that are still running as killed."""
    for run in trial_runs(client, parent).values():
        if run.info.status == "RUNNING":
            client.set_terminated(run.info.run_id, "KILLED", max(end_ms, run.info.start_time))


def _metrics(trial: Trial) -> Iterator[tuple[str, float, int]]:
    yield "fit_s", trial.fit_s, 0
    if trial.n_iterations is not None:
        yield "n_iterations", trial.n_iterations, 0
    if trial.score is None:
        return
    name = mlflow_names.mlflow_key(trial.score.metric)
    yield name, trial.score.value, 0
    for suffix, bound in (("_low", trial.score.low), ("_high", trial.score.high)):
        if bound is not None:
            yield mlflow_names.mlflow_key(name + suffix), bound, 0
    for fold, score in enumerate(trial.fold_scores):
        yield mlflow_names.mlflow_key(f"{name}_fold"), score, fold
