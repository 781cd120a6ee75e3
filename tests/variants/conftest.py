"""The models of the training tables, trained once, in a home of their own."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

import pytest

from automl_magic.flow import scoring
from automl_magic.recipe.model_folder import load_model_folder
from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.store.engine import open_engine
from automl_magic.store.routes import create_deployment
from automl_magic.workspace import default_workspace
from tests.serving.conftest import Plane, own_trusted, serving, stage
from tests.variants.models import TASKS, train
from tests.variants.server_doors import BatchJob

HAS_EXCEL = any(importlib.util.find_spec(name) for name in ("openpyxl", "python_calamine"))


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A home without keys. A model is found by the path of its folder, as a run's is by its id."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_MAGIC_HOME", str(folder))
        for name in ("AUTOML_MAGIC_STORE", "AUTOML_MAGIC_PREDICTIONS", "MLFLOW_TRACKING_URI"):
            patch.delenv(name, raising=False)
        # Each case asks for one of few models.
        load = cache(lambda name: load_model_folder(Path(name), name))
        patch.setattr(scoring, "load_model", lambda name, _: load(name))
        yield folder


@pytest.fixture(scope="session")
def trained(home, tmp_path_factory):
    """One model of each training table, each with another task."""
    folder = tmp_path_factory.mktemp("trained")
    workspace = default_workspace()
    return [train(name, task, folder / name, workspace) for name, task in TASKS.items()]


@pytest.fixture(scope="session")
def plane(home, trained):
    """The home as a server sees it: each model approved, staged and deployed."""
    engine = open_engine(default_workspace().store)
    for model in trained:
        stage(engine, home, model.model, model.schema, model.name, 1)
        create_deployment(
            engine,
            Deployment(name=model.name, model_version_id=f"{model.name}/1"),
            Route(deployment=model.name, model=model.name, epoch=1, stable=1),
            "ada",
            trusted=own_trusted(),
        )
    yield Plane(home, engine)
    engine.dispose()


@pytest.fixture(scope="session")
def live(plane, trained):
    """A server of all models."""
    with serving(plane, deployments=[model.name for model in trained]) as running:
        yield running


@pytest.fixture(scope="session")
def batch_job(plane):
    return BatchJob(engine=plane.engine, home=plane.home)
