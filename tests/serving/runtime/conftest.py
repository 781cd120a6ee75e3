"""Signed folders of small models, and the tables of tests/recipe as a server gets them."""

import importlib.util
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl_magic.learn.input_schema import input_schema
from automl_magic.recipe import MemberSpec, Recipe, fit_recipe, save_model
from automl_magic.records import Manifest, Split, SplitKind, StepSpec, TaskKind
from automl_magic.records.codec import dumps
from automl_magic.records.data.schema import SCHEMA_NAME
from automl_magic.records.models.approval import APPROVAL_NAME, Statement
from automl_magic.records.models.deployment import InputChecks, InputPolicy
from automl_magic.store.signing import PrivateKey, TrustedKeys
from automl_magic_serving.runtime.served_model import ServedModel

_HOME = Path(__file__).parents[2] / "recipe" / "conftest.py"
_spec = importlib.util.spec_from_file_location("tables_of_recipe", _HOME)
tables = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tables)

ALLOW_ALL = InputChecks(
    ranges=InputPolicy.ALLOW,
    categories=InputPolicy.ALLOW,
    missing=InputPolicy.ALLOW,
    unknown=InputPolicy.ALLOW,
)
LABELS = {"binary": np.array(["no", "yes"]), "multiclass": np.array([1, 2, 3])}


def instance_of(row, names):
    """Return a row of a DataFrame as JSON would hold it."""
    result = {}
    for name in names:
        value = row[name]
        if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
            result[name] = None
        elif isinstance(value, pd.Timestamp):
            result[name] = value.isoformat()
        else:
            result[name] = value.item() if isinstance(value, np.generic) else value
    return result


def served_of(fitted, frame):
    schema = input_schema(fitted.recipe, frame)
    return ServedModel(fitted, schema, model="m", version=1, manifest_sha256="sha256:0")


@pytest.fixture(scope="session")
def train():
    return tables.make_frame(300, 0)


@pytest.fixture(scope="session")
def new():
    return tables.make_frame(60, 1)


@pytest.fixture(scope="session")
def labelled(train):
    def add(task):
        rng = np.random.default_rng(2)
        if task == "regression":
            return train.assign(target=rng.normal(size=300))
        return train.assign(target=LABELS[task][rng.integers(0, len(LABELS[task]), 300)])

    return add


@pytest.fixture(scope="session")
def fitted_for(labelled):
    """Fit the recipe of tests/recipe for a task, with some of its fields changed."""

    by_name = {}

    def fit(task, **changes):
        key = task, repr(changes)
        if key not in by_name:
            by_name[key] = fit_recipe(tables.make_recipe(task, **changes), labelled(task))
        return by_name[key]

    return fit


@pytest.fixture(scope="session")
def served_for(fitted_for, labelled):
    return lambda task, **changes: served_of(fitted_for(task, **changes), labelled(task))


@pytest.fixture(scope="session")
def small():
    """A model of three columns, small enough to be loaded many times."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "age": rng.normal(50, 10, 120).round(1),
            "city": rng.choice(["Oslo", "Bergen"], 120),
            "visits": rng.integers(0, 9, 120),
        }
    )
    frame["churn"] = np.where(frame["age"] + 5 * (frame["city"] == "Oslo") > 52, "yes", "no")
    columns = {"age": "number", "visits": "number", "city": "category"}
    recipe = Recipe(
        task=TaskKind("binary"),
        target="churn",
        metric="log_loss",
        classes=("no", "yes"),
        columns=columns,
        views={
            "tree": (
                StepSpec(kind="number", columns=("age", "visits")),
                StepSpec(kind="category", columns=("city",)),
            ),
            "dense": (
                StepSpec(kind="number", columns=("age", "visits"), params=tables.DENSE),
                StepSpec(kind="one_hot", columns=("city",)),
            ),
        },
        members=(
            MemberSpec(name="lgb", estimator="lightgbm", view="tree", n_iterations=5, weight=0.5),
            MemberSpec(name="lin", estimator="linear", view="dense", weight=0.25),
            MemberSpec(
                name="net",
                estimator="kernel",
                view="dense",
                params={"n_components": 10},
                weight=0.25,
            ),
        ),
        split=Split(kind=SplitKind.KFOLD, folds=3, holdout=0.2, seed=0),
    )
    return fit_recipe(recipe, frame), frame


class Vault:
    """A key, those who trust it, and folders that it signs."""

    def __init__(self, home):
        self.home = home
        self.key = PrivateKey.load_or_make(home / "keys" / "governance.pem")
        self.trusted = TrustedKeys.load(home / "keys" / "trusted")

    def sign(self, folder, manifest=None, *, model="churn", version=1, key=None):
        if manifest is None:
            manifest = Manifest.from_json(json.loads((folder / "manifest.json").read_text()))
        statement = Statement(
            model=model,
            version=version,
            manifest_sha256=manifest.digest(),
            author="ada",
            approver="grace",
            policy="two people",
            approved_at=datetime(2026, 11, 21, tzinfo=UTC),
        )
        approval = (key or self.key).sign(statement)
        (folder / APPROVAL_NAME).write_text(dumps(approval.to_json()))


@pytest.fixture(scope="session")
def vault(tmp_path_factory):
    return Vault(tmp_path_factory.mktemp("vault"))


@pytest.fixture(scope="session")
def signed_once(small, vault, tmp_path_factory):
    fitted, frame = small
    folder = tmp_path_factory.mktemp("signed") / "model"
    save_model(fitted, folder, documents={SCHEMA_NAME: input_schema(fitted.recipe, frame)})
    vault.sign(folder)
    return folder


@pytest.fixture
def signed(signed_once, tmp_path):
    """The folder of the small model, approved as version 1 of `churn`."""
    return Path(shutil.copytree(signed_once, tmp_path / "model"))


@pytest.fixture(scope="session")
def allow_all():
    return ALLOW_ALL


@pytest.fixture(scope="session", name="instance_of")
def instance_of_fixture():
    return instance_of


@pytest.fixture(scope="session", name="served_of")
def served_of_fixture():
    return served_of


@pytest.fixture(scope="session")
def steps_of():
    return lambda view: tables.VIEWS[view]


@pytest.fixture(scope="session")
def small_frame(small):
    fitted, frame = small
    return frame, fitted.recipe
