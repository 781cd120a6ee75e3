"""A run, its folder and its trials, small enough to read."""

import dataclasses
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from automl_magic.records import (
    Artifact,
    Leaderboard,
    Manifest,
    Metric,
    Run,
    RunStatus,
    Score,
    TaskKind,
    Trial,
    TrialState,
    dumps,
)
from automl_magic.track import MlflowTracker
from automl_magic.workspace.workspace import Tracking

START = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path / "home"


@pytest.fixture
def accuracy():
    return Metric(
        name="accuracy",
        higher_is_better=True,
        needs="labels",
        fits=(TaskKind("binary"),),
        in_words="The share of rows that were right.",
    )


@pytest.fixture
def make_trial():
    def make(number, score=0.9, *, candidate="boosting", state=TrialState.COMPLETE, **changes):
        fields = {
            "number": number,
            "candidate": candidate,
            "estimator": "lightgbm",
            "view": "tree",
            "params": {"learning_rate": 0.1, "num_leaves": 31},
            "state": state,
            "reason": "one of the portfolio",
            "fit_s": 0.25,
            "n_iterations": 20,
            "fold_iterations": (20, 21),
            "score": None
            if score is None
            else Score(metric="accuracy", score=score, rows=100, low=score - 0.1, high=score + 0.1),
            "fold_scores": (0.8, 0.9),
            "cell_id": f"candidate-{candidate}",
        }
        return Trial(**{**fields, **changes})

    return make


@pytest.fixture
def make_run(tmp_path, make_trial):
    """Return a run that has ended, with a folder as a search writes it."""

    def make(
        run_id="20261120-120000-abcd", status=RunStatus.SUCCEEDED, trials=None, plan=None, **changes
    ):
        folder = tmp_path / "runs" / run_id
        folder.mkdir(parents=True)
        trials = [make_trial(0, 0.8), make_trial(1, 0.9)] if trials is None else trials
        lines = "".join(dumps(trial.to_json(), indent=None) for trial in trials)
        (folder / "trials.jsonl").write_text(lines, "utf-8", "surrogatepass")
        (folder / "leaderboard.json").write_text(
            dumps(Leaderboard(run_id=run_id, metric="accuracy", higher_is_better=True).to_json())
        )
        (folder / "plan.json").write_text(dumps({"plan": plan or {"dataset": {"name": "churn"}}}))
        for name in ("input.ipynb", "output.ipynb"):
            (folder / name).write_text(json.dumps({"cells": [], "nbformat": 4}))
        (folder / "events.jsonl").write_text('{"event": "run"}\n')
        cv = {"metric": "accuracy", "score": 0.9, "low": 0.85, "high": 0.95, "rows": 100}
        fields = {
            "run_id": run_id,
            "kind": "search",
            "notebook": "output.ipynb",
            "folder": str(folder),
            "status": status,
            "created_at": START,
            "started_at": START,
            "ended_at": START + timedelta(seconds=30),
            "inputs": {
                "plan": "sha256:aa",
                "data": "sha256:bb",
                "notebook": "sha256:cc",
                "code": "sha256:dd",
                "environment": {"python": "3.11.9", "packages": {"numpy": "2.4.0"}},
                "threads": 2,
                "parameters": {"seed": 0},
            },
            "parameters": {"seed": 0, "budget_s": 60.0},
            "result": {"metric": "accuracy", "cv": cv, "n_trials": len(trials), "best": "boosting"},
        }
        return Run(**{**fields, **changes})

    return make


@pytest.fixture
def add_model():
    """Write a model folder with its manifest into a run's folder."""

    def add(folder, files=None):
        recipe = {
            "task": "binary",
            "columns": {"age": "number", "it's": "category"},
            "versions": {"numpy": "2.4.0", "evil\nname": "1"},
        }
        files = {"recipe.json": dumps(recipe).encode(), **(files or {"m0.txt": b"tree"})}
        model = folder / "model"
        model.mkdir()
        listed = []
        for name, content in files.items():
            (model / name).write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            listed.append(Artifact(path=name, size_bytes=len(content), sha256=digest))
        manifest = Manifest(files=tuple(listed))
        (model / "manifest.json").write_text(dumps(manifest.to_json()))
        return model

    return add


@pytest.fixture
def still_running():
    return lambda run: dataclasses.replace(run, status=RunStatus.RUNNING, ended_at=None)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A migrated SQLite file: making one takes a second."""
    path = tmp_path_factory.mktemp("mlflow") / "migrated.db"
    MlflowTracker(Tracking(f"sqlite:///{path}", Path("/nobody"))).prepare()
    return path


@pytest.fixture
def database(migrated, tmp_path):
    """The URI of a database of this test's own."""
    (tmp_path / "mlflow.db").write_bytes(migrated.read_bytes())
    return f"sqlite:///{tmp_path / 'mlflow.db'}"
