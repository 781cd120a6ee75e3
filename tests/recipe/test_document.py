"""The recipe is a JSON document that says no to what cannot be fitted."""

import json

import pytest

from automl_magic.recipe import MemberSpec, Recipe
from automl_magic.records import RecordProblem, Split, SplitKind, StepSpec, TaskKind


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_recipe_survives_json(task, recipe_for):
    recipe = recipe_for(task)
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_only_the_used_views_and_columns_are_read(recipe_for, hostile):
    recipe = recipe_for("binary")
    assert recipe.used_views == ("tree", "dense")
    assert recipe.used_columns == (
        *("age", "children", "price", hostile, "member", "since"),
        *("city", "answer", "code", "note"),
    )


WRONG = {
    "classes": (["a", "b", "c"], "classes: expected the labels of a binary task, found a list"),
    "schema_version": (2, "schema_version: expected 1, found the number 2"),
    "members": ([], "members: expected at least one member, found a list"),
    "threads": (0, "threads: expected a whole number of at least 1, found the number 0"),
}


@pytest.mark.parametrize("field", WRONG)
def test_a_wrong_field_is_refused(field, recipe_for):
    value, message = WRONG[field]
    document = recipe_for("binary").to_json() | {field: value}
    with pytest.raises(RecordProblem) as caught:
        Recipe.from_json(document)
    assert str(caught.value) == message


def test_weights_sum_to_one(recipe_for):
    document = recipe_for("binary").to_json()
    document["members"] = document["members"][:2]
    with pytest.raises(RecordProblem, match="weights that sum to 1"):
        Recipe.from_json(document)


def test_a_member_stands_on_a_view_that_exists(recipe_for):
    document = recipe_for("binary").to_json()
    del document["views"]["dense"]
    with pytest.raises(RecordProblem, match="members on the views tree, not used"):
        Recipe.from_json(document)


def test_only_two_classes_have_a_threshold(recipe_for):
    document = recipe_for("multiclass").to_json() | {"threshold": 0.5}
    with pytest.raises(RecordProblem, match="only two classes have a threshold"):
        Recipe.from_json(document)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("estimator", "svm", "estimator: expected one of catboost"),
        ("n_iterations", 0, "n_iterations: expected a whole number of at least 1"),
        ("weight", 0.0, "weight: expected a number above 0"),
    ],
)
def test_a_wrong_member_is_refused(field, value, message):
    document = MemberSpec(name="a", estimator="dummy", view="tree").to_json() | {field: value}
    with pytest.raises(RecordProblem, match=message):
        MemberSpec.from_json(document)


def test_a_recipe_reads_like_a_recipe():
    text = repr(
        Recipe(
            task=TaskKind("binary"),
            target="churn",
            metric="f1",
            classes=("no", "yes"),
            columns={"age": "number"},
            views={"tree": (StepSpec(kind="number", columns=("age",)),)},
            members=(
                MemberSpec(name="shallow", estimator="lightgbm", view="tree", n_iterations=40),
            ),
            threshold=0.3,
            split=Split(kind=SplitKind.STRATIFIED, folds=5, holdout=0.2, seed=0),
        )
    )

    assert text.splitlines() == [
        "Recipe: predict 'churn', binary, scored by f1",
        "  1.00 x shallow on view tree, 40 rounds",
        "  view tree: number of 1",
        "  'yes' if its probability is at least 0.3",
    ]
