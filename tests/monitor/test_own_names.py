"""Columns of the user may be called like ours: everywhere they stay what they are."""

import json

import numpy as np
import pandas as pd
import pytest

from automl_magic import monitor
from automl_magic.batch import score
from automl_magic.data import load, reader
from automl_magic.errors import DataError
from automl_magic.monitor.cells.finish import build_report
from automl_magic.recipe.batches import column_storage, predict_table, prediction_columns
from automl_magic.records.monitoring.drift import DriftSeverity
from automl_magic.register.pyfunc import RecipeModel
from automl_magic.stream.messages import Message, PartitionId
from automl_magic.stream.scorer import Scorer

OURS = {
    "age": "prediction",
    "visits": "probability_yes",
    "paid": "outcome",
    "city": "timestamp",
    "email": "request_id",
    "active": "model_prediction",
    "since": "prediction_id",
}


@pytest.fixture(scope="module")
def named(make_model):
    """A model whose features are called like our columns, and its twin with other names."""
    return make_model("binary", OURS), make_model("binary")


@pytest.fixture(scope="module")
def rows(make_people):
    return make_people(200, seed=4)


def findings(made, frame):
    analysis = made.watch(frame)
    monitor.quality(analysis)
    monitor.prediction(analysis)
    return analysis, build_report(analysis, run_id="run-1")


def test_our_columns_get_another_name_if_a_feature_has_theirs(named):
    renamed, twin = named

    assert prediction_columns(renamed.watched.fitted) == (
        "model_model_prediction",
        "probability_no",
        "model_probability_yes",
    )
    assert prediction_columns(twin.watched.fitted) == (
        "prediction",
        "probability_no",
        "probability_yes",
    )


def test_a_monitored_table_keeps_the_features(named, rows):
    renamed, twin = named

    analysis, report = findings(renamed, rows.rename(columns=OURS))
    expected, _ = findings(twin, rows)

    assert {one.column for one in report.quality} == {"multiclass", "regression"}  # not used
    assert report.severity is DriftSeverity.OK
    np.testing.assert_array_equal(analysis.window.predictions, expected.window.predictions)


def test_a_batch_keeps_all_columns_and_its_output_can_be_monitored(named, rows, tmp_path):
    renamed, twin = named
    frame = rows.rename(columns=OURS).drop(columns=["multiclass", "regression"])
    source, output = tmp_path / "in.parquet", tmp_path / "out.parquet"
    frame.to_parquet(source)
    fitted = renamed.watched.fitted

    score(fitted, reader(source, column_storage(fitted)), output, keep=list(frame))
    scored = load(str(output))
    analysis, report = findings(renamed, scored)

    pd.testing.assert_frame_equal(scored[list(frame)], load(str(source)))
    expected = predict_table(twin.watched.fitted, rows)
    np.testing.assert_array_equal(scored["model_model_prediction"], expected["prediction"])
    np.testing.assert_array_equal(scored["model_probability_yes"], expected["probability_yes"])
    assert [one.problem for one in report.quality] == []
    np.testing.assert_allclose(analysis.window.predictions[:, 1], expected["probability_yes"])
    with pytest.raises(DataError, match="Can't keep column 'probability_yes'"):
        score(
            twin.watched.fitted,
            reader(rows.assign(probability_yes=1), column_storage(twin.watched.fitted)),
            tmp_path / "b.csv",
            keep=["probability_yes"],
        )


def test_a_target_called_prediction_is_not_taken_for_our_predictions(make_people, tmp_path):
    """The output of a batch has the target and the prediction, each under its own name."""
    from automl_magic.recipe import MemberSpec, Recipe, fit_recipe
    from automl_magic.records import Split, SplitKind, StepSpec, TaskKind

    frame = make_people(100, seed=3).rename(columns={"binary": "prediction"})
    recipe = Recipe(
        task=TaskKind("binary"),
        target="prediction",
        metric="log_loss",
        classes=("no", "yes"),
        columns={"visits": "number"},
        views={"tree": (StepSpec(kind="number", columns=("visits",)),)},
        members=(MemberSpec(name="dummy", estimator="dummy", view="tree"),),
        split=Split(kind=SplitKind.KFOLD, folds=4, holdout=0.0, seed=0),
    )
    fitted = fit_recipe(recipe, frame)

    score(fitted, reader(frame, {}), tmp_path / "out.csv", keep=["prediction"])

    written = pd.read_csv(tmp_path / "out.csv")
    assert list(written)[:2] == ["prediction", "model_prediction"]
    assert written["prediction"].tolist() == frame["prediction"].tolist()


def test_a_stream_and_pyfunc_predict_as_the_twin(named, rows):
    renamed, twin = named
    frame = rows.drop(columns=["binary", "multiclass", "regression"]).head(20)
    ours = frame.rename(columns=OURS)
    expected = twin.watched.fitted.predict_proba(frame)[:, 1]
    records = json.loads(ours.to_json(orient="records", date_format="iso"))

    messages = [
        Message(PartitionId("t", 0), i, None, json.dumps(record).encode(), (), 0.0)
        for i, record in enumerate(records)
    ]
    batch = Scorer(renamed.watched.fitted, renamed.watched.schema, "1")(messages, lambda *_: None)
    by_mlflow = RecipeModel(renamed.watched.fitted).predict(ours, {"output": "probabilities"})

    assert batch.dead_letters == []
    assert [one.document["prediction"] for one in batch.results] == list(
        twin.watched.fitted.predict(frame)
    )
    streamed = [one.document["probabilities"]["yes"] for one in batch.results]
    np.testing.assert_allclose(streamed, expected)
    np.testing.assert_allclose(by_mlflow["yes"], expected)
