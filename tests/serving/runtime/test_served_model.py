"""What is served is what the recipe says, whichever way a member is answered."""

import dataclasses

import numpy as np
import pytest

from automl_magic.recipe import MemberSpec, fit_recipe
from automl_magic.recipe.combine import Blend, CalibrationMethod, Calibrator
from automl_magic.records import StepSpec
from automl_magic.records.data.missing import MissingWords

TASKS = ("binary", "multiclass", "regression")
ESTIMATORS = {
    "lightgbm": ("tree", 12),
    "xgboost": ("tree", 12),
    "catboost": ("tree", 8),
    "extra_trees": ("dense", None),
    "random_forest": ("dense", None),
    "linear": ("dense", None),
    "kernel": ("dense", None),
    "mlp": ("dense", 3),
    "dummy": ("dense", None),
}
SMALL = {
    "extra_trees": {"n_estimators": 8},
    "random_forest": {"n_estimators": 8},
    "kernel": {"n_components": 20},
    "mlp": {"hidden_layer_sizes": [8]},
}
MORE_STEPS = (
    StepSpec(kind="number", columns=("wind", "gust", "wave")),
    StepSpec(kind="interaction", columns=("wind", "gust", "wave")),
    StepSpec(kind="cross", columns=("left", "right", "level")),
    StepSpec(kind="group", columns=("level", "wave"), params={"by": ["level"]}),
    StepSpec(kind="missing", columns=("age", "wave", "since")),
    StepSpec(
        kind="elapsed", columns=("since", "born"), params={"date_formats": {"born": "%d/%m/%Y"}}
    ),
    StepSpec(kind="boolean", columns=("answer",), params={"true": "yes", "false": "no"}),
)


def all_of(task):
    """Every estimator that needs no PyTorch, with two seeds where they differ."""
    return tuple(
        MemberSpec(
            name=name,
            estimator=name,
            view=view,
            params=SMALL.get(name, {}),
            n_iterations=rounds,
            weight=1 / len(ESTIMATORS),
            seeds=(0, 1) if name in ("lightgbm", "xgboost", "extra_trees") else (0,),
        )
        for name, (view, rounds) in ESTIMATORS.items()
    )


def blends(fitted, rows):
    """What the recipe itself says of some rows, one at a time."""
    return [fitted.blend_row(row) for row in rows]


def _without_missing_texts(row):
    """A row as it's loaded from a file: these texts are missing, as for the server."""
    words = MissingWords().words("")
    return {name: None if type(v) is str and v in words else v for name, v in row.items()}


def told(responses):
    return [list(one.probabilities) if one.probabilities else one.prediction for one in responses]


def assert_same(model, rows, parsed):
    expected = np.array(blends(model.fitted, rows))
    scale = 1.0 if model.task.has_classes else np.abs(expected).max()
    one_by_one = [row_prediction for one in parsed for row_prediction in model.predict([one])]
    for size in (len(parsed), 20, 3):
        chunks = [parsed[i : i + size] for i in range(0, len(parsed), size)]
        batch = [row_prediction for chunk in chunks for row_prediction in model.predict(chunk)]
        np.testing.assert_allclose(told(batch), expected, rtol=0, atol=1e-6 * scale)
    np.testing.assert_allclose(told(one_by_one), expected, rtol=0, atol=1e-6 * scale)
    if not model.task.has_classes:
        return
    threshold = model.fitted.threshold
    for row_prediction, row in zip(one_by_one, rows, strict=True):
        chances = sorted(row_prediction.probabilities)
        near = (
            abs(row_prediction.probabilities[1] - threshold)
            if len(chances) == 2
            else (chances[-1] - chances[-2])
        )
        if near > 1e-6:
            assert row_prediction.prediction == model.fitted.predict_row(row)


def parsed_of(model, frame, instance_of, allow_all):
    names = [column.name for column in model.schema.columns]
    rows = [instance_of(row, names) for row in frame.to_dict("records")]
    for row in rows:
        if "note" in row and row["note"] == 7:
            row["note"] = "7"  # text, as a column of text is sent
    readable = []
    for row in rows:
        for name in ("price", "born"):
            if name in row and row[name] in ("n/a", "inf", True, "30/02/2000", "soon"):
                row[name] = None
        readable.append(row)
    parsed = [model.parse(row, allow_all) for row in readable]
    return [_without_missing_texts(row) for row in readable], parsed


@pytest.mark.parametrize("task", TASKS)
def test_every_estimator_answers_as_the_recipe_does(task, served_for, new, instance_of, allow_all):
    model = served_for(task, members=all_of(task))
    rows, parsed = parsed_of(model, new, instance_of, allow_all)
    assert_same(model, rows, parsed)
    backends = {backend.estimator: backend for backend in model.backends()}
    assert backends.keys() == ESTIMATORS.keys()
    for name in ("xgboost", "extra_trees", "random_forest"):
        assert backends[name].compiled_up_to > 1, backends[name].why
    assert backends["catboost"].compiled_up_to == 0
    assert "category statistics" in backends["catboost"].why


def test_catboost_without_categories_is_compiled(served_for, new, instance_of, allow_all):
    only = MemberSpec(name="cat", estimator="catboost", view="dense", n_iterations=20)
    for task in TASKS:
        model = served_for(task, members=(only,))
        assert model.backends()[0].compiled_up_to > 1, model.backends()[0].why
        assert_same(model, *parsed_of(model, new, instance_of, allow_all))


@pytest.mark.parametrize(
    ("task", "changes"),
    [
        ("binary", {"blend": Blend.GEOMETRIC}),
        ("multiclass", {"blend": Blend.GEOMETRIC}),
        (
            "binary",
            {"calibration": Calibrator(method=CalibrationMethod.TEMPERATURE, temperature=1.7)},
        ),
        (
            "multiclass",
            {
                "calibration": Calibrator(
                    method=CalibrationMethod.TEMPERATURE, temperature=0.6, shift=(0.1, -0.2, 0.0)
                )
            },
        ),
        (
            "binary",
            {
                "calibration": Calibrator(
                    method=CalibrationMethod.ISOTONIC, x=(0.1, 0.4, 0.9), y=(0.0, 0.5, 1.0)
                )
            },
        ),
        ("binary", {"threshold": None}),
    ],
)
def test_every_blend_and_calibration_answers_as_the_recipe_does(
    task, changes, fitted_for, labelled, served_of, new, instance_of, allow_all
):
    fitted = fitted_for(task)
    recipe = dataclasses.replace(fitted.recipe, **changes)
    model = served_of(dataclasses.replace(fitted, recipe=recipe), labelled(task))
    assert_same(model, *parsed_of(model, new, instance_of, allow_all))


@pytest.mark.parametrize("selected", [False, True])
def test_every_kind_of_step_answers_as_the_recipe_does(
    selected, served_for, new, instance_of, allow_all, steps_of
):
    steps = (*steps_of("tree"), *MORE_STEPS)
    if selected:
        steps += (StepSpec(kind="select", columns=(), params={"most": 12}),)
    views = {"tree": steps, "dense": steps_of("dense")}
    only = MemberSpec(name="xgb", estimator="xgboost", view="tree", n_iterations=15)
    model = served_for("binary", views=views, members=(only,))
    assert_same(model, *parsed_of(model, new, instance_of, allow_all))


def test_instances_with_every_value_missing_or_extreme_are_answered(
    served_for, instance_of, allow_all
):
    model = served_for("binary", members=all_of("binary"))
    names = [column.name for column in model.schema.columns]
    numbers = {c.name for c in model.schema.columns if c.stored_as == "number"}
    rows = [
        dict.fromkeys(names),
        *({name: value if name in numbers else None for name in names} for value in (3e38, -3e38)),
        {name: 1e-40 if name in numbers else None for name in names},
    ]
    assert_same(model, rows, [model.parse(row, allow_all) for row in rows])


def test_no_row_has_no_answer(served_for):
    assert served_for("binary").predict([]) == []


def test_labels_are_those_of_the_recipe(served_for, new, instance_of, allow_all):
    for task, kinds in (("binary", {str}), ("multiclass", {int}), ("regression", {float})):
        model = served_for(task)
        _, parsed = parsed_of(model, new, instance_of, allow_all)
        assert {type(one.prediction) for one in model.predict(parsed)} == kinds
        assert {type(one.prediction) for one in model.predict(parsed[:1])} == kinds
        assert model.classes == model.fitted.recipe.classes
        if task == "regression":
            assert {one.probabilities for one in model.predict(parsed)} == {None}


def test_a_tree_of_one_leaf_is_compiled(small_frame, served_of, allow_all):
    frame, recipe = small_frame
    frame = frame.assign(churn=["no"] + ["yes"] * (len(frame) - 1))
    model = served_of(fit_recipe(recipe, frame), frame)
    parsed = [model.parse({"age": 40.0, "visits": 3, "city": "Oslo"}, allow_all)] * 6
    row = parsed[0].row
    assert told(model.predict(parsed[:1]))[0] == pytest.approx(model.fitted.blend_row(row))
