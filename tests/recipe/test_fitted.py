"""A fitted recipe predicts tables and rows, and the standalone notebook predicts the same."""

import numpy as np
import pandas as pd
import pytest

from automl_magic.errors import DataError, TargetNotUsable
from automl_magic.recipe import MemberSpec, code_params, fit_recipe, member
from automl_magic.recipe.steps import code_pieces
from automl_magic.recipe.view import order_steps

TASKS = ("binary", "multiclass", "regression")


def raw(fitted, frame):
    is_regression = fitted.recipe.task == "regression"
    return fitted.predict(frame) if is_regression else fitted.predict_proba(frame)


def standalone(recipe, train, new, y, piece, readers):
    """Predict as a standalone notebook does: the pieces, in order, on DataFrames."""
    notebook = {**readers, "members": {}, "member_views": {}, "weights": {}, "seeds": {}}
    matrices = {}
    for name in recipe.used_views:
        specs = order_steps(recipe.views[name])
        pairs = []
        for spec in specs:
            for needed in code_pieces([spec.kind]):
                piece(f"steps/{needed}.py", notebook)
            step = notebook[f"{spec.kind}_features"]
            params = code_params(spec, recipe.task, recipe.n_classes)
            columns = list(spec.columns)
            pairs.append(
                (step(train, train, columns, y, **params), step(train, new, columns, y, **params))
            )
        matrices[name] = tuple(np.hstack(parts) for parts in zip(*pairs, strict=True))
    for spec in recipe.members:
        codes = sum(
            len(step.columns) for step in recipe.views[spec.view] if step.kind == "category"
        )
        slots = member(spec.estimator).slots(
            spec,
            recipe.task,
            recipe.n_classes,
            recipe.threads,
            class_weight=recipe.class_weight,
            categorical=range(codes),
        )
        piece(f"members/{member(spec.estimator).template_piece(recipe.task)}", notebook, slots)
    predictions = 0.0
    for name, fit in notebook["members"].items():
        X, X_new = matrices[notebook["member_views"][name]]
        fits = [fit(X, y, seed)(X_new) for seed in notebook["seeds"][name]]
        predictions = predictions + notebook["weights"][name] * sum(fits) / len(fits)
    return predictions


@pytest.mark.parametrize("task", TASKS)
def test_table_row_and_standalone_code_predict_the_same(
    task, fitted_for, with_target, new, targets, piece, readers
):
    fitted = fitted_for(task)
    expected = raw(fitted, new)

    row = fitted.predict_row if task == "regression" else fitted.predict_proba_row
    by_row = [row(item) for item in new.to_dict("records")]
    np.testing.assert_allclose(by_row, expected, rtol=0, atol=1e-9)

    frame = with_target(task)
    by_code = standalone(fitted.recipe, frame, new, targets[task], piece, readers)
    np.testing.assert_allclose(by_code, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("task", TASKS)
def test_labels_of_tables_and_rows(task, fitted_for, new):
    fitted = fitted_for(task)
    labels = fitted.predict(new)

    assert [fitted.predict_row(row) for row in new.to_dict("records")] == pytest.approx(
        labels.tolist()
    )
    if task == "binary":
        assert (labels == np.where(fitted.predict_proba(new)[:, 1] >= 0.4, "yes", "no")).all()
        assert list(fitted.classes_) == ["no", "yes"]
    if task == "multiclass":
        assert labels.dtype.kind == "i"
        assert (labels == fitted.predict_proba(new).argmax(axis=1) + 1).all()


def test_the_blend_is_the_weighted_sum_of_its_members(recipe_for, with_target, new):
    recipe = recipe_for("binary")
    frame = with_target("binary")
    total = sum(
        spec.weight
        * fit_recipe(
            recipe_for(
                "binary",
                members=(MemberSpec.from_json({**spec.to_json(), "weight": 1.0}),),
            ),
            frame,
        ).predict_proba(new)
        for spec in recipe.members
    )
    np.testing.assert_allclose(fit_recipe(recipe, frame).predict_proba(new), total, atol=1e-12)


def test_two_fits_are_the_same_to_the_last_bit(fitted_for, recipe_for, with_target, new):
    refitted = fit_recipe(recipe_for("multiclass"), with_target("multiclass"))
    np.testing.assert_array_equal(
        refitted.predict_proba(new), fitted_for("multiclass").predict_proba(new)
    )


def test_rows_choose_what_is_learned(recipe_for, with_target, new):
    frame = with_target("regression")
    rows = np.arange(0, 300, 2)
    first = fit_recipe(recipe_for("regression"), frame, rows=rows).predict(new)
    second = fit_recipe(recipe_for("regression"), frame.iloc[rows]).predict(new)
    np.testing.assert_array_equal(first, second)


def test_a_mapping_of_arrays_is_a_table(fitted_for, new):
    fitted = fitted_for("regression")
    arrays = {name: new[name].to_numpy() for name in new}
    np.testing.assert_array_equal(fitted.predict(arrays), fitted.predict(new))


def test_keys_that_are_missing_or_unknown_are_no_error(fitted_for):
    fitted = fitted_for("binary")
    empty = fitted.predict_proba_row({})
    assert fitted.predict_proba_row({"no such column": object()}) == empty
    assert sum(empty) == pytest.approx(1.0)


def test_no_row_has_no_prediction(fitted_for, new):
    assert fitted_for("binary").predict(new.iloc[:0]).shape == (0,)
    assert fitted_for("multiclass").predict_proba(new.iloc[:0]).shape == (0, 3)


def test_a_missing_column_is_named_with_its_near_miss(fitted_for, new):
    with pytest.raises(DataError) as caught:
        fitted_for("binary").predict(new.rename(columns={"children": "Childern"}))
    assert caught.value.what == "The table has no column 'children'."
    assert caught.value.fix == "Rename the column 'Childern' to 'children'."


def test_a_label_that_is_no_class_is_refused(recipe_for, with_target):
    frame = with_target("binary")
    frame.loc[7, "target"] = "maybe"
    with pytest.raises(TargetNotUsable) as caught:
        fit_recipe(recipe_for("binary"), frame)
    assert caught.value.why == "Row 7 contains 'maybe'. The classes are no, yes."


def test_a_target_that_is_no_number_is_refused(recipe_for, with_target):
    frame = with_target("regression")
    frame.loc[3, "target"] = np.inf
    with pytest.raises(TargetNotUsable) as caught:
        fit_recipe(recipe_for("regression"), frame)
    assert caught.value.why == "Row 3 contains inf. A regression needs finite numbers."


def test_labels_find_their_class_by_their_text(recipe_for, with_target, new):
    frame = with_target("multiclass")
    as_float = frame.assign(target=frame["target"].astype(float))
    as_text = frame.assign(target=frame["target"].astype(str))
    one, *others = (fit_recipe(recipe_for("multiclass"), f) for f in (frame, as_float, as_text))
    for other in others:
        np.testing.assert_array_equal(one.predict(new), other.predict(new))


def test_boolean_classes_stay_booleans(recipe_for, with_target, new):
    frame = with_target("binary")
    frame["target"] = frame["target"] == "yes"
    fitted = fit_recipe(recipe_for("binary", classes=(False, True)), frame)
    assert fitted.predict(new).dtype == bool
    assert fitted.predict_row({}) in (True, False)


def test_a_regression_has_no_probabilities(fitted_for, new):
    with pytest.raises(AttributeError, match="Use predict"):
        fitted_for("regression").predict_proba(new)
    with pytest.raises(AttributeError, match="Use predict"):
        fitted_for("regression").predict_proba_row({})


def test_the_recipe_does_not_import_pandas():
    import subprocess
    import sys

    code = (
        "import sys, numpy as np\n"
        "from automl_magic.recipe import fit_view\n"
        "from automl_magic.records import StepSpec, TaskKind\n"
        "view, _ = fit_view([StepSpec(kind='number', columns=('a',))],"
        " {'a': np.arange(3.0)}, None, TaskKind('binary'))\n"
        "view.transform_row({'a': 1})\n"
        "print('pandas' in sys.modules)\n"
    )
    completed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert completed.stdout == "False\n"
    assert "pandas" in pd.__name__
