"""What columns add by the paths of trees, and which models have no such sum."""

import numpy as np
import pytest

from automl_magic.recipe import MemberSpec, fit_recipe, select_columns
from automl_magic.recipe.attribution import (
    TreeShap,
    predictions_from_margins,
    shap_approximation_reason,
    shap_unsupported_reason,
    shares_by_source,
)
from automl_magic.recipe.combine import Blend

BLENDED = (
    MemberSpec(name="lgb", estimator="lightgbm", view="tree", n_iterations=8, weight=0.7),
    MemberSpec(name="cat", estimator="catboost", view="tree", n_iterations=8, weight=0.3),
)
TASKS = ("binary", "multiclass", "regression")


@pytest.fixture(scope="module")
def blended(recipe_for, with_target):
    def fit(task):
        blend = Blend.MEAN if task == "regression" else Blend.GEOMETRIC
        recipe = recipe_for(task, members=BLENDED, blend=blend)
        return fit_recipe(recipe, with_target(task))

    return {task: fit(task) for task in TASKS}


def explained(model, features):
    columns = model.recipe.used_columns
    shares = {name: shares_by_source(view, columns) for name, view in model.views.items()}
    return TreeShap(model, shares).values(features)


@pytest.mark.parametrize("task", TASKS)
def test_what_columns_add_is_what_the_model_says(task, blended, train):
    model = blended[task]
    table = select_columns(train.iloc[:40], model.recipe.used_columns)
    assert shap_unsupported_reason(model) is shap_approximation_reason(model) is None

    values, base = explained(model, {n: view.transform(table) for n, view in model.views.items()})

    predictions = predictions_from_margins(values.sum(axis=1) + base, model.recipe.n_classes)
    expected = model.predict(table) if task == "regression" else model.predict_proba(table)
    assert values.shape[1] == len(model.recipe.used_columns)
    assert np.abs(predictions - expected).max() < 1e-5


@pytest.mark.parametrize("task", TASKS)
def test_a_row_alone_has_the_values_that_it_has_in_a_table(task, blended, train):
    model = blended[task]
    table = select_columns(train.iloc[:5], model.recipe.used_columns)
    values, base = explained(model, {n: view.transform(table) for n, view in model.views.items()})
    for index in range(5):
        row = {name: column[index] for name, column in table.items()}
        single_row = {n: np.array([view.transform_row(row)]) for n, view in model.views.items()}
        of_row, of_base = explained(model, single_row)
        assert of_row[0] == pytest.approx(values[index], rel=1e-9, abs=1e-12)
        assert of_base == pytest.approx(base, rel=1e-9)


def test_every_output_names_its_column_or_the_step_names_none(fitted_for):
    for view in fitted_for("binary").views.values():
        for step in view.steps:
            assert len(step.sources) == len(step.names)
            for column, output in zip(step.sources, step.names, strict=True):
                assert output.startswith(column)


def test_a_model_of_other_members_is_refused_and_several_seeds_only_come_close(fitted_for):
    model = fitted_for("binary")
    assert shap_unsupported_reason(model) == "extra_trees, linear isn't a tree booster"
    assert shap_approximation_reason(model) == "it averages the probabilities of several seeds"
    assert shap_approximation_reason(fitted_for("regression")) is None
