import numpy as np
import pytest

from automl_magic.learn.calibration import find_calibration, fit_isotonic, fit_temperature
from automl_magic.recipe.combine import CalibrationMethod, calibrate_probabilities
from automl_magic.tasks.metrics import score


def rows(n=4_000, sharper=1.0, seed=0):
    """Return classes with probabilities whose log-odds are `sharper` times the true ones."""
    random = np.random.default_rng(seed)
    odds = random.normal(scale=1.5, size=n) - 1
    y = (random.uniform(size=n) < 1 / (1 + np.exp(-odds))).astype(int)
    p = 1 / (1 + np.exp(-sharper * odds))
    return y, np.column_stack([1 - p, p]), np.arange(n) % 5


def test_too_much_confidence_is_taken_away():
    y, probabilities, folds = rows(sharper=2.0)

    found, why = find_calibration("log_loss", y, probabilities, folds)

    assert found.method is CalibrationMethod.TEMPERATURE
    assert found.temperature == pytest.approx(2.0, rel=0.15)
    assert why.startswith("Calibrated by a temperature of ")
    true = 1 / (1 + (probabilities[:, 0] / probabilities[:, 1]) ** 0.5)
    assert calibrate_probabilities(found, probabilities)[:, 1] == pytest.approx(true, abs=0.05)


def test_the_temperature_of_several_classes_is_found():
    random = np.random.default_rng(0)
    logs = random.normal(size=(5_000, 4)) * 1.5
    shares = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
    y = np.array([random.choice(4, p=row) for row in shares])
    sharp = shares**3 / (shares**3).sum(axis=1, keepdims=True)

    assert fit_temperature(y, sharp).temperature == pytest.approx(3.0, rel=0.1)


def test_probabilities_that_mean_what_they_say_are_left_alone():
    y, probabilities, folds = rows()

    assert find_calibration("log_loss", y, probabilities, folds) == (None, "")


@pytest.mark.parametrize("metric", ["roc_auc", "f1", "accuracy"])
def test_a_metric_that_reads_no_probability_has_no_calibration(metric):
    y, probabilities, folds = rows(sharper=3.0)

    assert find_calibration(metric, y, probabilities, folds) == (None, "")


def test_few_rows_are_too_few():
    y, probabilities, folds = rows(n=400, sharper=3.0)

    assert find_calibration("log_loss", y, probabilities, folds)[0] is None


def test_one_fold_alone_judges_no_calibration():
    y, probabilities, _ = rows(sharper=3.0)

    assert find_calibration("log_loss", y, probabilities, np.zeros(4_000))[0] is None


def test_a_crooked_curve_is_straightened_where_there_are_rows_enough():
    random = np.random.default_rng(0)
    true = random.uniform(size=8_000)
    y = (random.uniform(size=8_000) < true).astype(int)
    crooked = 0.5 + 0.1 * (true - 0.5) + 0.3 * (true > 0.7)
    probabilities = np.column_stack([1 - crooked, crooked])

    found, _ = find_calibration("brier", y, probabilities, np.arange(8_000) % 5)

    assert found.method is CalibrationMethod.ISOTONIC
    corrected = calibrate_probabilities(found, probabilities)
    assert np.abs(corrected[:, 1] - true).mean() < 0.03
    assert score("brier", y, corrected) < score("brier", y, probabilities)


def test_an_isotonic_curve_is_never_certain():
    y = np.repeat([0, 1], 50)
    p = np.linspace(0, 1, 100)

    found = fit_isotonic(y, np.column_stack([1 - p, p]))

    assert found.y[0] == 0.005
    assert found.y[-1] == 0.995


@pytest.mark.parametrize("n", [300, 3_000])
def test_balanced_members_are_taken_back_to_the_true_shares(n):
    y, probabilities, folds = rows(n=n)
    share = y.mean()
    weights = np.array([0.5 / (1 - share), 0.5 / share])
    balanced = probabilities * weights
    balanced /= balanced.sum(axis=1, keepdims=True)

    found, _ = find_calibration("log_loss", y, balanced, folds, class_weight=True)

    corrected = calibrate_probabilities(found, balanced)
    assert corrected[:, 1].mean() == pytest.approx(share, abs=0.03)
    assert np.abs(corrected - probabilities).max() < 0.1
