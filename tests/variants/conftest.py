"""The models of the training tables, trained once, in a home of their own."""

from __future__ import annotations

import importlib.util
from contextlib import ExitStack
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from automl_magic.flow import scoring
from automl_magic.recipe.model_folder import load_model_folder
from automl_magic.records.models.deployment import Deployment, Route
from automl_magic.store.engine import open_engine
from automl_magic.store.routes import create_deployment
from automl_magic.workspace import default_workspace
from tests.homes import at_home
from tests.serving.conftest import Plane, own_trusted, serving, stage
from tests.variants.models import TASKS, TRAININGS, train
from tests.variants.table import TARGETS

HAS_EXCEL = importlib.util.find_spec("openpyxl") is not None


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A home without keys."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def load_folder(home):
    """Loads the model in a folder, each once: the cases ask for one of few."""
    return cache(lambda name: load_model_folder(Path(name), name, home=home))


@pytest.fixture(autouse=True)
def _at_home(home, load_folder):
    """A model is found by the path of its folder, as a run's is by its id."""
    with at_home(home) as patch:
        load_run = scoring.load_model
        patch.setattr(
            scoring,
            "load_model",
            lambda name, workspace: (
                load_folder(name) if Path(name).is_dir() else load_run(name, workspace)
            ),
        )
        yield


@pytest.fixture(scope="session")
def trained(home, tmp_path_factory):
    """One model of each training table, each with another task."""
    return _train(TASKS.items(), home, tmp_path_factory)


@pytest.fixture(scope="session")
def trained_on_all_targets(home, trained, tmp_path_factory):
    """A model of each training table for each task."""
    others = [pair for pair in product(TRAININGS, TARGETS) if pair not in TASKS.items()]
    return [*trained, *_train(others, home, tmp_path_factory)]


def _train(pairs, home, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    with at_home(home):
        workspace = default_workspace()
        return [train(name, task, folder / f"{name}-{task}", workspace) for name, task in pairs]


@pytest.fixture(scope="session")
def deploy(home):
    """Approves, stages and deploys models, and gives the home as a server sees it."""
    with at_home(home):
        engine = open_engine(default_workspace().store)
    deployed = set()

    def deploy_all(models):
        for model in (model for model in models if model.deployment not in deployed):
            deployed.add(model.deployment)
            stage(engine, home, model.model, model.schema, model.deployment, 1)
            create_deployment(
                engine,
                Deployment(name=model.deployment, model_version_id=f"{model.deployment}/1"),
                Route(deployment=model.deployment, model=model.deployment, epoch=1, stable=1),
                "ada",
                trusted=own_trusted(),
            )
        return Plane(home, engine)

    yield deploy_all
    engine.dispose()


@pytest.fixture(scope="session")
def live(home, deploy, trained):
    """A server of the models of `trained`."""
    with ExitStack() as stack:
        with at_home(home):
            names = [model.deployment for model in trained]
            running = stack.enter_context(serving(deploy(trained), deployments=names))
        yield running
