"""An empty store of each kind, and registered versions of a model."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from automl_magic import govern
from automl_magic.records import Artifact, Manifest, ModelVersion, Run, RunStatus, dumps
from automl_magic.records.data.schema import SCHEMA_NAME
from automl_magic.register import MlflowRegistry
from automl_magic.store.engine import open_engine, write_transaction
from automl_magic.store.signing import PrivateKey, private_key_path
from automl_magic.store.tables import metadata
from automl_magic.track import MlflowTracker, sync_tracking
from automl_magic.workspace import Database, default_workspace
from automl_magic.workspace.workspace import Tracking
from tests.schemas import schema_of, table


def own_key():
    return PrivateKey.load_or_make(private_key_path(default_workspace().home))


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_HOME", str(tmp_path / "home"))
    for name in ("AUTOML_MAGIC_STORE", "AUTOML_MAGIC_PREDICTIONS", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def on_postgres(postgres):
    opened = open_engine(Database(postgres()))
    yield opened
    opened.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, home):
    if request.param == "sqlite":
        opened = open_engine(default_workspace().store)
        yield opened
        opened.dispose()
        return
    opened = request.getfixturevalue("on_postgres")
    with write_transaction(opened) as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    yield opened


@pytest.fixture
def file_engine(home):
    opened = open_engine(default_workspace().store)
    yield opened
    opened.dispose()


@pytest.fixture
def version_of():
    def make(number, name="churn"):
        return ModelVersion(
            name=name,
            version=number,
            run_id=f"run-{number}",
            uri=f"models:/{name}/{number}",
            manifest_sha256=f"sha256:{number:064x}",
        )

    return make


@pytest.fixture
def approved(engine, version_of):
    """Three versions registered by Ada and approved by Grace."""
    versions = [version_of(number) for number in (1, 2, 3)]
    for version in versions:
        govern.register(engine, version, actor="ada")
        govern.approve(engine, version, actor="grace", key=own_key())
    return versions


@pytest.fixture(scope="session")
def in_mlflow(tmp_path_factory):
    """A real MLflow store with three versions of `churn`, and two of `loan`, which have schemas.

    Creating it takes seconds.
    """
    folder = tmp_path_factory.mktemp("mlflow")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    registry, tracker = (
        MlflowRegistry(Tracking(uri, Path("/nobody"))),
        MlflowTracker(Tracking(uri, Path("/nobody"))),
    )
    versions = []
    for number in (1, 2, 3):
        run, model = a_run_with_a_model(folder, number)
        sync_tracking([run], tracker)
        versions.append(registry.register(run, model, "churn"))
    for number, frame in enumerate((table(), table().drop(columns="income")), start=4):
        run, model = a_run_with_a_model(folder, number, schema_of(frame))
        sync_tracking([run], tracker)
        registry.register(run, model, "loan")
    return folder / "mlflow.db", versions


@pytest.fixture
def registered(home, in_mlflow):
    """The URI of a separate MLflow store in the user's home, and its versions."""
    created, versions = in_mlflow
    home.mkdir(exist_ok=True)
    (home / "mlflow.db").write_bytes(created.read_bytes())
    return f"sqlite:///{home / 'mlflow.db'}", versions


def a_run_with_a_model(tmp_path, number, schema=None):
    folder = tmp_path / "runs" / f"run-{number}"
    (folder / "model").mkdir(parents=True)
    (folder / "input.ipynb").write_text(json.dumps({"cells": []}))
    contents = {"recipe.json": json.dumps({"number": number}).encode()}
    if schema is not None:
        contents[SCHEMA_NAME] = dumps(schema.to_json()).encode()
    files = []
    for name, content in contents.items():
        (folder / "model" / name).write_bytes(content)
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        files.append(Artifact(path=name, size_bytes=len(content), sha256=digest))
    manifest = Manifest(files=tuple(files))
    (folder / "model" / "manifest.json").write_text(dumps(manifest.to_json()))
    run = Run(
        run_id=f"run-{number}",
        kind="search",
        notebook="output.ipynb",
        folder=str(folder),
        status=RunStatus.SUCCEEDED,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        ended_at=datetime(2026, 11, 21, 1, tzinfo=UTC),
    )
    return run, folder / "model"
