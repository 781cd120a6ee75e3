"""A finished run with a small model folder."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from automl_magic.records import Artifact, Manifest, Run, RunStatus, dumps
from automl_magic.track import MlflowTracker
from automl_magic.workspace.workspace import Tracking

START = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
def make_run(tmp_path):
    def make(run_id="run-1", **changes):
        folder = tmp_path / "runs" / run_id
        folder.mkdir(parents=True)
        (folder / "input.ipynb").write_text(json.dumps({"cells": []}))
        fields = {
            "run_id": run_id,
            "kind": "search",
            "notebook": "output.ipynb",
            "folder": str(folder),
            "status": RunStatus.SUCCEEDED,
            "created_at": START,
            "ended_at": START + timedelta(seconds=30),
            "inputs": {
                "plan": "sha256:aa",
                "data": "sha256:bb",
                "notebook": "sha256:cc",
                "environment": {"sha256": "sha256:ee"},
            },
        }
        return Run(**{**fields, **changes})

    return make


@pytest.fixture
def write_model():
    """Write a model folder with a manifest of the given files."""

    def write(folder, files):
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        write_manifest(folder, files)
        return folder

    return write


def write_manifest(folder, files):
    listed = tuple(
        Artifact(
            path=name,
            size_bytes=len(content),
            sha256="sha256:" + hashlib.sha256(content).hexdigest(),
        )
        for name, content in files.items()
    )
    (folder / "manifest.json").write_text(dumps(Manifest(files=listed).to_json()))


@pytest.fixture
def a_model(write_model):
    def add(run, content=b"tree"):
        files = {"recipe.json": b"{}", "members/m0.txt": content}
        return write_model(Path(run.folder) / "model", files)

    return add


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A migrated SQLite file. Creating one takes a second."""
    path = tmp_path_factory.mktemp("mlflow") / "migrated.db"
    MlflowTracker(Tracking(f"sqlite:///{path}", Path("/nobody"))).prepare()
    return path


@pytest.fixture
def database(migrated, tmp_path):
    """The URI of a separate database."""
    (tmp_path / "mlflow.db").write_bytes(migrated.read_bytes())
    return f"sqlite:///{tmp_path / 'mlflow.db'}"
