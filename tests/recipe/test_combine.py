"""Blends and calibrations of tables, of single rows and of the notebook's pieces are the same."""

import dataclasses

import numpy as np
import pytest

from automl_magic.recipe.combine import (
    Blend,
    CalibrationMethod,
    Calibrator,
    blend_predictions,
    blend_row_predictions,
    calibrate_probabilities,
    calibrate_row_probabilities,
)
from automl_magic.records import RecordProblem

WEIGHTS = {"one": 0.5, "two": 0.3, "three": 0.2}
TEMPERATURE = Calibrator(method=CalibrationMethod.TEMPERATURE, temperature=1.7)
SHIFTED = Calibrator(method=CalibrationMethod.TEMPERATURE, temperature=0.8, shift=(0.4, -1.5))
ISOTONIC = Calibrator(method=CalibrationMethod.ISOTONIC, x=(0.1, 0.4, 0.8), y=(0.02, 0.5, 0.9))


def shares(k, n=200, seed=0):
    random = np.random.default_rng(seed)
    probabilities = random.dirichlet(np.full(k, 0.4), size=(3, n))
    probabilities[0, 0] = np.eye(k)[0]  # a member that is certain
    return list(probabilities)


@pytest.mark.parametrize("k", [2, 5])
@pytest.mark.parametrize("blend", Blend)
def test_a_blend_of_a_table_of_a_row_and_of_the_notebook_is_the_same(blend, k, piece, readers):
    predictions = shares(k)
    expected = blend_predictions(blend, list(WEIGHTS.values()), predictions)
    np.testing.assert_allclose(expected.sum(axis=1), 1.0)

    by_row = [
        blend_row_predictions(
            blend, list(WEIGHTS.values()), [one[row].tolist() for one in predictions]
        )
        for row in range(len(expected))
    ]
    np.testing.assert_allclose(by_row, expected, rtol=0, atol=1e-12)

    notebook = {**readers, "weights": WEIGHTS}
    piece(f"combine_{blend}.py", notebook)
    by_code = notebook["combine"](dict(zip(WEIGHTS, predictions, strict=True)))
    np.testing.assert_allclose(by_code, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("calibration", [TEMPERATURE, SHIFTED, ISOTONIC])
def test_a_calibration_of_a_table_of_a_row_and_of_the_notebook_is_the_same(
    calibration, piece, readers
):
    probabilities = np.vstack([shares(2)[1], [[0.9, 0.1], [0.2, 0.8], [1.0, 0.0]]])
    expected = calibrate_probabilities(calibration, probabilities)
    np.testing.assert_allclose(expected.sum(axis=1), 1.0)

    by_row = [calibrate_row_probabilities(calibration, row) for row in probabilities.tolist()]
    np.testing.assert_allclose(by_row, expected, rtol=0, atol=1e-12)

    notebook = {**readers, "corrections": {}}
    slots = (
        {"x": list(calibration.x), "y": list(calibration.y)}
        if calibration is ISOTONIC
        else {"temperature": calibration.temperature, "shift": calibration.shift or [0.0, 0.0]}
    )
    piece(f"calibrate_{calibration.method}.py", notebook, slots)
    (correct,) = notebook["corrections"].values()
    np.testing.assert_allclose(correct(probabilities), expected, rtol=0, atol=1e-12)


def test_values_are_averaged():
    values = [np.array([1.0, 2.0]), np.array([3.0, 6.0])]

    assert blend_predictions(Blend.MEAN, [0.75, 0.25], values).tolist() == [1.5, 3.0]
    assert blend_row_predictions(Blend.MEAN, [0.75, 0.25], [2.0, 6.0]) == 3.0


def test_the_geometric_mean_of_two_classes_is_the_mean_of_the_log_odds():
    low, high = np.array([[0.8, 0.2]]), np.array([[0.1, 0.9]])

    blend = blend_predictions(Blend.GEOMETRIC, [0.5, 0.5], [low, high])

    odds = np.sqrt(0.2 / 0.8 * 0.9 / 0.1)
    assert blend[0, 1] == pytest.approx(odds / (1 + odds))


def test_a_member_that_is_certain_decides_nothing_alone():
    certain, others = np.array([[1.0, 0.0]]), np.array([[0.01, 0.99]])

    assert blend_predictions(Blend.GEOMETRIC, [0.1, 0.9], [certain, others])[0, 1] > 0.9


def test_a_temperature_above_one_takes_confidence_away_and_keeps_the_order():
    probabilities = np.array([[0.9, 0.1], [0.3, 0.7]])

    calibrated_rows = calibrate_probabilities(TEMPERATURE, probabilities)

    assert 0.1 < calibrated_rows[0, 1] < 0.5 < calibrated_rows[1, 1] < 0.7


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_a_fitted_recipe_predicts_rows_and_tables_alike(task, fitted_for, new):
    fitted = fitted_for(task)
    recipe = dataclasses.replace(
        fitted.recipe,
        blend=Blend.GEOMETRIC,
        calibration=Calibrator(
            method=CalibrationMethod.TEMPERATURE,
            temperature=1.3,
            shift=(0.1,) * fitted.recipe.n_classes,
        ),
    )
    fitted = dataclasses.replace(fitted, recipe=recipe)

    expected = fitted.predict_proba(new)
    by_row = [fitted.predict_proba_row(row) for row in new.to_dict("records")]

    np.testing.assert_allclose(by_row, expected, rtol=0, atol=1e-9)
    assert not np.allclose(expected, fitted_for(task).predict_proba(new))
    assert fitted.predict_proba(new.iloc[:0]).shape == (0, recipe.n_classes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temperature": 0.0}, "temperature: expected a number above 0"),
        ({"method": "isotonic", "x": [], "y": []}, "x: expected as many numbers as y"),
        ({"x": [0.1], "y": [0.1]}, "x: expected as many numbers as y"),
        ({"method": "isotonic", "x": [0.5, 0.5], "y": [0.1, 0.2]}, "x: expected increasing"),
        ({"method": "isotonic", "x": [0.1, 0.5], "y": [0.3, 0.2]}, "y: expected probabilities"),
    ],
)
def test_a_wrong_calibration_is_refused(changes, message):
    with pytest.raises(RecordProblem, match=message):
        Calibrator.from_json({"method": "temperature", **changes})


@pytest.mark.parametrize(
    ("task", "changes", "message"),
    [
        ("regression", {"blend": "geometric"}, "only probabilities have a geometric mean"),
        ("regression", {"calibration": TEMPERATURE.to_json()}, "only probabilities are calibrated"),
        ("multiclass", {"calibration": ISOTONIC.to_json()}, "isotonic is for two classes"),
        ("multiclass", {"calibration": SHIFTED.to_json()}, "one shift per class, or none"),
    ],
)
def test_a_recipe_refuses_what_its_task_has_not(task, changes, message, recipe_for):
    recipe = recipe_for(task)
    with pytest.raises(RecordProblem, match=message):
        type(recipe).from_json(recipe.to_json() | changes)


def test_a_recipe_says_how_its_members_are_combined(recipe_for):
    recipe = recipe_for("binary", blend=Blend.GEOMETRIC, calibration=SHIFTED)

    text = repr(recipe)

    assert "  blended by the geometric mean of their probabilities" in text
    assert "  calibrated by a temperature of 0.800 and a shift per class" in text
    assert type(recipe).from_json(recipe.to_json()) == recipe
