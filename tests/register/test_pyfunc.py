"""A fitted recipe that's tracked, registered, and loaded by MLflow."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from automl_magic.errors import ArtifactTampered, DataError, ModelRefused
from automl_magic.recipe import MemberSpec, Recipe, fit_recipe, save_model
from automl_magic.records import Split, SplitKind, StepSpec, TaskKind
from automl_magic.register import MlflowRegistry
from automl_magic.register.pyfunc import _load_pyfunc
from automl_magic.track import MlflowTracker, sync_tracking
from automl_magic.workspace.workspace import Tracking

HOSTILE = 'it\'s "a" <b>\n\0🎉: {x} \u202e'


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    age = rng.normal(40, 10, 200)
    city = rng.choice(["Bern", "Basel", "Genève"], 200)
    outcome = np.where(age + 5 * (city == "Bern") > 41, "yes", "no")
    return pd.DataFrame({HOSTILE: age, "city": city, "outcome": outcome})


@pytest.fixture(scope="module")
def make_recipe():
    def make(task, target, classes=()):
        steps = (
            StepSpec(kind="number", columns=(HOSTILE,), params={"fill": "median", "scale": True}),
            StepSpec(kind="one_hot", columns=("city",), params={"min_count": 1, "max_levels": 9}),
        )
        return Recipe(
            task=task,
            target=target,
            metric="accuracy",
            classes=classes,
            columns={HOSTILE: "number", "city": "category"},
            views={"dense": steps},
            members=(MemberSpec(name="linear", estimator="linear", view="dense"),),
            split=Split(kind=SplitKind.KFOLD, folds=3, holdout=0.0, seed=0),
            versions={"numpy": np.__version__},
        )

    return make


@pytest.fixture(scope="module")
def fitted(frame, make_recipe):
    return fit_recipe(make_recipe(TaskKind("binary"), "outcome", ("no", "yes")), frame)


@pytest.fixture
def registered(fitted, make_run, database, tmp_path):
    run = make_run()
    folder = tmp_path / "runs" / run.run_id / "model"
    save_model(fitted, folder)
    sync_tracking([run], MlflowTracker(Tracking(database, Path("/nobody"))))
    return MlflowRegistry(Tracking(database, Path("/nobody"))).register(run, folder, "churn")


@pytest.fixture
def load(registered, database, monkeypatch):
    import mlflow

    monkeypatch.setattr(mlflow.tracking._tracking_service.utils, "_tracking_uri", None)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", database)
    return mlflow.pyfunc.load_model


def test_mlflow_loads_the_candidate_and_predicts(load, frame, fitted):
    model = load("models:/churn@candidate")
    predicted = model.predict(frame.drop(columns="outcome"))

    assert predicted.tolist() == fitted.predict(frame).tolist()
    assert (predicted == frame["outcome"]).mean() > 0.9
    assert load("models:/churn/1").predict(frame).tolist() == predicted.tolist()


def test_probabilities_are_requested_by_name(load, frame, fitted):
    shares = load("models:/churn@candidate").predict(frame, params={"output": "probabilities"})

    assert list(shares.columns) == ["no", "yes"]
    assert np.array_equal(shares.to_numpy(), fitted.predict_proba(frame))


def test_whole_numbers_are_numbers(load, frame):
    model = load("models:/churn@candidate")
    whole = frame.assign(**{HOSTILE: frame[HOSTILE].round().astype(int)})

    assert len(model.predict(whole)) == len(frame)


def test_the_model_describes_its_input(load):
    model = load("models:/churn@candidate")

    assert model.metadata.get_input_schema().input_names() == [HOSTILE, "city"]
    assert model.input_example.columns.tolist() == [HOSTILE, "city"]


def test_the_input_example_can_be_predicted(load):
    model = load("models:/churn@candidate")

    assert model.predict(model.input_example).tolist()[0] in ("no", "yes")


def test_a_missing_column_is_named(load, frame):
    with pytest.raises(DataError, match="city"):
        load("models:/churn@candidate").predict(frame[[HOSTILE]])


def test_a_tampered_model_is_not_loaded(load, registered, database):
    from mlflow.tracking import MlflowClient

    uri = MlflowClient(database, database).get_model_version_download_uri("churn", "1")
    data = Path(uri.removeprefix("file://")) / "data"
    victim = next(path for path in data.rglob("*") if path.suffix == ".skops")
    victim.write_bytes(victim.read_bytes() + b"\0")
    with pytest.raises(ArtifactTampered, match=victim.name):
        load("models:/churn@candidate")


def test_an_unknown_output_has_a_suggestion(fitted, tmp_path, frame):
    save_model(fitted, tmp_path / "model")
    model = _load_pyfunc(str(tmp_path / "model"))
    with pytest.raises(ModelRefused, match="no output 'probability'") as caught:
        model.predict(frame, {"output": "probability"})
    assert caught.value.fix == 'Use params={"output": "probabilities"}.'


def test_a_regression_has_no_probabilities(frame, make_recipe, tmp_path):
    table = frame.assign(outcome=frame[HOSTILE] * 2)
    save_model(
        fit_recipe(make_recipe(TaskKind("regression"), "outcome"), table), tmp_path / "model"
    )
    model = _load_pyfunc(str(tmp_path / "model"))

    assert model.predict(table).shape == (200,)
    with pytest.raises(ModelRefused, match="has no probabilities"):
        model.predict(table, {"output": "probabilities"})
