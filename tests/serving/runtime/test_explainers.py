"""Contributions sum to the answer minus the base, whichever way they are found."""

import dataclasses
import math

import numpy as np
import pytest

from automl_magic.explain.feature_sources import column_shares
from automl_magic.recipe import MemberSpec, select_columns
from automl_magic.recipe.attribution import TreeShap
from automl_magic.recipe.combine import Blend, CalibrationMethod, Calibrator
from automl_magic.records import ColumnKind, StepSpec, TaskKind
from automl_magic.records.data.schema import InputColumn, InputSchema
from automl_magic.records.monitoring.reference import (
    CategoricalDistribution,
    ColumnReference,
    NumericDistribution,
    Reference,
)
from automl_magic_serving.runtime.background import background_rows

TASKS = ("binary", "multiclass", "regression")
BOOSTERS = ("lightgbm", "xgboost", "catboost")


def one_of(estimator, **more):
    return MemberSpec(name=estimator, estimator=estimator, view="tree", n_iterations=10, **more)


def first(model, new, instance_of, allow_all):
    names = [column.name for column in model.schema.columns]
    row = {**instance_of(new.iloc[3], names), "note": "red wine", "price": "12"}
    return model.parse({name: row[name] for name in names}, allow_all)


def margin(model, parsed):
    """What the contributions of a booster sum to, from its probabilities or its value."""
    (row_prediction,) = model.predict([parsed])
    if row_prediction.probabilities is None:
        return row_prediction.prediction
    if len(row_prediction.probabilities) == 2:
        return math.log(row_prediction.probabilities[1] / row_prediction.probabilities[0])
    return None


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("estimator", BOOSTERS)
def test_a_booster_is_explained_exactly_in_its_own_unit(
    estimator, task, served_for, new, instance_of, allow_all
):
    model = served_for(task, members=(one_of(estimator),))
    parsed = first(model, new, instance_of, allow_all)
    explanation = model.explanation(parsed)
    assert explanation.exact
    assert explanation.contributions.keys() == {column.name for column in model.schema.columns}
    assert explanation.base + sum(explanation.contributions.values()) == pytest.approx(
        explanation.total
    )
    expected = margin(model, parsed)
    if expected is not None:
        assert explanation.total == pytest.approx(expected, abs=1e-4)
    units = {"binary": "log-odds of yes", "regression": "value"}
    label = model.predict([parsed])[0].prediction
    assert explanation.unit == units.get(task, f"score of {label}")


@pytest.mark.parametrize("task", TASKS)
def test_the_server_tells_of_a_row_what_the_explain_notebook_tells(
    task, served_for, labelled, new, instance_of, allow_all
):
    members = (one_of("lightgbm"),) if task != "regression" else (one_of("catboost"),)
    model = served_for(task, members=members)
    recipe, views = model.fitted.recipe, model.fitted.views
    names = [column.name for column in model.schema.columns]
    probe = select_columns(labelled(task), names)
    probed = {
        name: column_shares(view, recipe.views[name], probe, names, 0)
        for name, view in views.items()
    }
    tame = new.iloc[:5].assign(note="red wine", price="12")
    rows = select_columns(tame, names)
    notebook = TreeShap(model.fitted, probed)
    values, base = notebook.values({name: view.transform(rows) for name, view in views.items()})
    for index in range(5):
        parsed = model.parse(instance_of(tame.iloc[index], names), allow_all)
        (row_prediction,) = model.predict([parsed])
        code = model.classes.index(row_prediction.prediction) if task == "multiclass" else 0
        reported = model.explanation(parsed)
        expected = dict(zip(names, values[index, :, code].tolist(), strict=True))
        assert reported.contributions == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert reported.base == pytest.approx(base[code], rel=1e-9)
        assert sum(reported.contributions.values()) + reported.base == pytest.approx(reported.total)


def test_margins_that_are_blended_and_cooled_still_add_up(
    served_of, fitted_for, labelled, new, instance_of, allow_all
):
    members = (one_of("lightgbm", weight=0.7), one_of("xgboost", weight=0.3))
    fitted = fitted_for("binary", members=members, blend=Blend.GEOMETRIC)
    calibration = Calibrator(
        method=CalibrationMethod.TEMPERATURE, temperature=1.6, shift=(0.3, -0.1)
    )
    recipe = dataclasses.replace(fitted.recipe, calibration=calibration)
    model = served_of(dataclasses.replace(fitted, recipe=recipe), labelled("binary"))
    parsed = first(model, new, instance_of, allow_all)
    explanation = model.explanation(parsed)
    assert explanation.exact
    assert explanation.total == pytest.approx(margin(model, parsed), abs=1e-4)


def test_values_of_several_members_and_seeds_add_up(served_for, new, instance_of, allow_all):
    members = (one_of("lightgbm", weight=0.7, seeds=(0, 1)), one_of("catboost", weight=0.3))
    model = served_for("regression", members=members)
    parsed = first(model, new, instance_of, allow_all)
    explanation = model.explanation(parsed)
    assert explanation.exact
    assert explanation.total == pytest.approx(margin(model, parsed), rel=1e-5)


@pytest.mark.parametrize("task", TASKS)
def test_any_other_model_is_explained_by_samples_whose_sum_is_exact(
    task, served_for, new, instance_of, allow_all
):
    model = served_for(task)
    parsed = first(model, new, instance_of, allow_all)
    explanation = model.explanation(parsed)
    (row_prediction,) = model.predict([parsed])
    assert not explanation.exact
    assert explanation.base + sum(explanation.contributions.values()) == pytest.approx(
        explanation.total, abs=1e-6
    )
    if task == "regression":
        assert (explanation.unit, explanation.total) == (
            "value",
            pytest.approx(row_prediction.prediction, rel=1e-5),
        )
    elif task == "binary":
        assert explanation.unit == "probability of yes"
        assert explanation.total == pytest.approx(row_prediction.probabilities[1], abs=1e-6)
    else:
        assert explanation.unit == f"probability of {row_prediction.prediction}"
        assert explanation.total == pytest.approx(max(row_prediction.probabilities), abs=1e-6)
    assert model.explain(parsed) == explanation.contributions
    assert model.explanation(parsed) == explanation


def test_samples_find_the_contributions_of_a_linear_model(served_for, allow_all):
    """For a sum of columns every order gives the same: weight times distance from the mean."""
    steps = (StepSpec(kind="number", columns=("wind", "gust", "children")),)
    only = MemberSpec(name="lin", estimator="linear", view="flat")
    model = served_for("regression", views={"flat": steps}, members=(only,))
    row = model.parse({"wind": 1.0, "gust": -0.5, "children": 3}, allow_all)
    explanation = model.explanation(row)
    explainer = model._explainer
    others = np.array([explainer._background[i] for i in range(explainer.n_pairs)], dtype=float)
    (linear,) = model.fitted.members[0].models
    expected = linear.native.coef_.ravel() * (np.array([1.0, -0.5, 3.0]) - others.mean(axis=0))
    assert list(explanation.contributions.values()) == pytest.approx(expected.tolist())


def test_a_feature_of_several_columns_is_explained_by_samples(
    served_for, new, instance_of, allow_all, steps_of
):
    steps = (
        StepSpec(kind="number", columns=("wind", "gust")),
        StepSpec(kind="interaction", columns=("wind", "gust")),
    )
    only = MemberSpec(name="xgb", estimator="xgboost", view="both", n_iterations=5)
    model = served_for("binary", views={"both": steps}, members=(only,))
    explanation = model.explanation(model.parse({"wind": 1.0, "gust": -0.5}, allow_all))
    assert not explanation.exact
    assert explanation.unit == "probability of yes"


def test_the_background_has_the_distribution_of_the_training_rows():
    def column(name, kind, stored_as, **more):
        return InputColumn(
            name=name, kind=ColumnKind(kind), stored_as=stored_as, **{"nullable": True, **more}
        )

    schema = InputSchema(
        task=TaskKind("regression"),
        target="y",
        columns=(
            column("age", "number", "number", low=0.0, high=100.0),
            column("city", "category", "text", levels=("a", "b")),
            column("mail", "text", "text", personal="email"),
            column("born", "date", "text", parse={"date_format": "%d.%m.%Y"}),
            column("flat", "number", "number", nullable=False, low=5.0, high=5.0),
        ),
    )
    seen = (
        ColumnReference(
            name="age",
            kind=ColumnKind.NUMBER,
            missing=0.25,
            distribution=NumericDistribution(knots=(1.0, 2.0), below=(0.8, 1.0), mean=1.2, sd=0.4),
        ),
        ColumnReference(
            name="city",
            kind=ColumnKind.CATEGORY,
            missing=0.0,
            distribution=CategoricalDistribution(levels=("a", "b"), shares=(0.1, 0.9), n_levels=2),
        ),
        ColumnReference(
            name="born",
            kind=ColumnKind.DATE,
            missing=0.0,
            distribution=NumericDistribution(
                knots=(86_400.0,), below=(1.0,), mean=86_400.0, sd=0.0
            ),
        ),
    )
    reference = Reference(task=TaskKind("regression"), target="y", rows=100, columns=seen)
    rows = background_rows(schema, reference, 2_000)
    ages, cities, mails, births, flats = zip(*rows, strict=True)
    assert ages.count(None) / 2_000 == pytest.approx(0.25, abs=0.04)
    assert ages.count(1.0) / 2_000 == pytest.approx(0.6, abs=0.04)
    assert cities.count("b") / 2_000 == pytest.approx(0.9, abs=0.03)
    assert set(mails) == {None}
    assert set(births) == {"02.01.1970"}
    assert set(flats) == {5.0}
    assert background_rows(schema, reference, 5) == rows[:5]
