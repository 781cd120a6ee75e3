"""What a family gives to those who read and serve its models: by its answers, or its own way."""

import sys

import numpy as np
import pandas as pd
import pytest

from automl_magic.errors import PlanError
from automl_magic.recipe import MemberSpec, Recipe, fit_recipe
from automl_magic.recipe.batches import predict_table, prediction_columns
from automl_magic.recipe.families import RecipeFamily, RowPrediction, recipe_family
from automl_magic.recipe.families.wire import OutputTensor
from automl_magic.records import RecordProblem, Split, SplitKind, StepSpec, TaskKind
from automl_magic.records.data.schema import InputSchema
from automl_magic.records.families import installed_families

FAMILY = """
from automl_magic.records import Answer, TaskFamily, TaskKind

KIND = TaskKind.declare("count", family="counts", answer=Answer.NUMBER, in_words="how many")
FAMILY = TaskFamily(name="counts", kinds=(KIND,), tasks="counts_tasks", recipe={recipe!r})
"""
# A count is a whole number, and its own word.
RECIPE = """
import numpy as np

from automl_magic.recipe.families import RecipeFamily, RowPrediction
from automl_magic.recipe.families.wire import OutputTensor
from automl_magic.records.codec import OutOfRange


class Counts(RecipeFamily):
    def check(self, recipe):
        super().check(recipe)
        if recipe.target != "n":
            raise OutOfRange("target", "a count")

    def row_predictor(self, recipe):
        return lambda blend: RowPrediction(round(blend), None)

    def predictions(self, recipe, blend):
        return np.rint(blend).astype(int)

    def prediction_columns(self, of):
        return "count", "expected"

    def to_columns(self, recipe, blend):
        return {"count": self.predictions(recipe, blend), "expected": blend}

    def outputs(self, of):
        return (OutputTensor("count", "INT64"),)

    def instance(self, of, answer):
        return {"count": answer.prediction}

    def instance_schema(self, of):
        return {"count": {"type": "integer"}}


RECIPE_FAMILY = Counts()
"""
CLASSES = {"binary": ("no", "yes"), "multiclass": (1, 2, 3), "regression": ()}
SAID = {
    "binary": RowPrediction("yes", (0.3, 0.7)),
    "multiclass": RowPrediction(2, (0.1, 0.8, 0.1)),
    "regression": RowPrediction(1.5, None),
}


@pytest.fixture
def counts(tmp_path, monkeypatch):
    """Return a function that installs the family `counts`, with a module for its recipes."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(code, module="counts_recipe"):
        (tmp_path / "counts.py").write_text(FAMILY.format(recipe=module and "counts_recipe"))
        if code is not None:
            (tmp_path / "counts_recipe.py").write_text(code)
        info = tmp_path / "counts-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: counts\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[automl_magic.families]\ncounts = counts:FAMILY\n")
        _forget()
        return TaskKind("count")

    yield install
    monkeypatch.undo()
    _forget()


def _forget():
    installed_families.cache_clear()
    from automl_magic.recipe.families import find

    find._load.cache_clear()
    for name in ("counts", "counts_recipe"):
        sys.modules.pop(name, None)


def described(task, **changes):
    classes = CLASSES.get(task, ())
    return InputSchema(task=TaskKind(task), target="n", classes=classes, columns=(), **changes)


def a_recipe(task, target="n"):
    return Recipe(
        task=TaskKind(task),
        target=target,
        metric="rmse",
        columns={"x": "number"},
        views={"all": (StepSpec(kind="number", columns=("x",)),)},
        members=(MemberSpec(name="lin", estimator="linear", view="all"),),
        split=Split(kind=SplitKind.KFOLD, folds=2, holdout=0.0, seed=0),
    )


@pytest.fixture
def table():
    x = np.arange(40.0)
    return pd.DataFrame({"x": x, "n": 2.2 * x})


@pytest.mark.parametrize(
    ("task", "outputs", "instance", "reply"),
    [
        (
            "binary",
            [OutputTensor("predict", "BYTES"), OutputTensor("predict_proba", "FP64", (2,))],
            {"label": "yes", "score": 0.7},
            {
                "prediction": "yes",
                "probability": 0.7,
                "probabilities": {"no": 0.3, "yes": 0.7},
            },
        ),
        (
            "multiclass",
            [OutputTensor("predict", "INT64"), OutputTensor("predict_proba", "FP64", (3,))],
            {"label": 2, "score": 0.8},
            {
                "prediction": 2,
                "probability": 0.8,
                "probabilities": {"1": 0.1, "2": 0.8, "3": 0.1},
            },
        ),
        ("regression", [OutputTensor("predict", "FP64")], {"value": 1.5}, {"prediction": 1.5}),
    ],
)
def test_left_alone_a_family_answers_as_its_kinds_answers_say(task, outputs, instance, reply):
    schema, said = described(task), SAID[task]
    family = recipe_family(schema.task)

    assert list(family.outputs(schema)) == outputs
    assert family.instance(schema, said) == instance
    assert family.instance_schema(schema).keys() == instance.keys()
    assert family.reply(schema, said, probabilities=True) == reply
    always, more = family.reply_schema()
    assert always.keys() <= reply.keys() <= always.keys() | more.keys()


def test_a_family_without_a_module_for_its_recipes_has_the_usual_one(counts, table):
    kind = counts(None, module=None)
    fitted = fit_recipe(a_recipe("count"), table)

    assert type(recipe_family(kind)) is RecipeFamily
    assert prediction_columns(fitted) == ("prediction",)
    assert recipe_family(kind).instance(described("count"), RowPrediction(3.3, None)) == {
        "value": 3.3
    }


def test_a_family_says_itself_what_an_answer_is_made_of(counts, table):
    kind = counts(RECIPE)
    fitted = fit_recipe(a_recipe("count"), table)

    assert fitted.predict(table.head(3)).tolist() == [0, 2, 4]
    assert [fitted.predict_row({"x": x}) for x in (0.0, 1.0, 2.0)] == [0, 2, 4]
    assert prediction_columns(fitted) == ("count", "expected")
    said = predict_table(fitted, table.head(3))
    assert said["count"].tolist() == [0, 2, 4]
    np.testing.assert_allclose(said["expected"], [0.0, 2.2, 4.4], atol=0.3)
    schema = described("count")
    assert recipe_family(kind).instance(schema, RowPrediction(4, None)) == {"count": 4}


def test_the_server_writes_what_a_family_says(counts, table):
    from automl_magic.records.models.deployment import Role
    from automl_magic_serving.endpoint import PredictionResponse
    from automl_magic_serving.http.instances import InstancesRequest, write_predictions
    from automl_magic_serving.oip.metadata import model_metadata
    from automl_magic_serving.oip.outputs import output_names as outputs_of_server
    from automl_magic_serving.oip.outputs import output_tensors

    counts(RECIPE)
    schema = described("count")
    predicted = PredictionResponse(
        model="calls",
        version=1,
        role=Role.STABLE,
        epoch=0,
        predictions=[RowPrediction(4, None), RowPrediction(7, None)],
        ids=["a", "b"],
        flags=[{}, {}],
        latency_ms=1.0,
        schema=schema,
    )

    written = write_predictions("calls", InstancesRequest([{}, {}], [None, 5]), predicted)
    assert b'{"id":"a","prediction_id":"a","count":4}' in written
    assert b'{"id":5,"prediction_id":"b","count":7}' in written
    assert outputs_of_server(schema) == ("count", "prediction_id")
    (tensor, ids) = output_tensors(predicted, ("count", "prediction_id"))
    assert (tensor.datatype, tuple(tensor.shape), ids.name) == ("INT64", (2,), "prediction_id")
    assert model_metadata("calls", (1,), schema)["outputs"] == [
        {"name": "count", "datatype": "INT64", "shape": [-1]},
        {"name": "prediction_id", "datatype": "BYTES", "shape": [-1]},
    ]


def test_a_family_checks_the_recipes_of_its_kinds(counts):
    counts(RECIPE)

    with pytest.raises(RecordProblem, match="target: expected a count"):
        Recipe.from_json(a_recipe("count").to_json() | {"target": "m"})


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (None, "No module named 'counts_recipe'"),
        ("import a_library_that_is_not_there", "No module named 'a_library_that_is_not_there'"),
        ("FAMILY = 1", "has no attribute 'RECIPE_FAMILY'"),
        ("RECIPE_FAMILY = 1", "RECIPE_FAMILY of 'counts_recipe' is a int"),
    ],
)
def test_a_module_that_gives_no_family_is_named(counts, code, why):
    kind = counts(code)

    with pytest.raises(PlanError) as caught:
        recipe_family(kind)
    assert caught.value.what == "Can't use the task family 'counts'."
    assert why in caught.value.why
    assert recipe_family(TaskKind("regression")) is not None
