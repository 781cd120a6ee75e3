import numpy as np

from automl_magic.learn.advice import Rival, advice
from automl_magic.tasks.metrics import METRICS, score

RMSE = METRICS["rmse"]


def rivals(*errors, n=500):
    random = np.random.default_rng(0)
    y = random.normal(size=n)
    predictions = [y + random.normal(scale=error, size=n) for error in errors]
    return y, *(Rival(one, score("rmse", y, one)) for one in predictions)


def test_a_model_worth_its_trouble_needs_no_advice():
    y, best, linear, baseline = rivals(0.2, 0.5, 1.0)

    assert advice(RMSE, y, best, baseline=baseline, linear=linear) == []


def test_a_model_that_knows_no_more_than_the_mean_is_not_needed():
    y, best = rivals(1.0)
    baseline = Rival(best.prediction - 0.001, best.score + 0.0001)

    (said,) = advice(RMSE, y, best, baseline=baseline, linear=None)

    assert said.startswith("You might not need machine learning here: ")
    assert f"Its rmse is {baseline.score:.4f}, and the model's is {best.score:.4f}." in said


def test_a_linear_model_that_is_as_good_is_preferred():
    y, best, baseline = rivals(0.3, 1.0)
    linear = Rival(best.prediction + 0.001, best.score + 0.0001)

    (said,) = advice(RMSE, y, best, baseline=baseline, linear=linear)

    assert said.startswith("Consider the linear model: ")


def test_labels_are_compared_at_their_own_thresholds():
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 400)
    p = np.clip(0.3 + 0.2 * y + random.normal(scale=0.05, size=400), 0.01, 0.99)
    prediction = np.column_stack([1 - p, p])
    best = Rival(prediction, score("accuracy", y, prediction, threshold=0.4), 0.4)
    same = Rival(prediction, score("accuracy", y, prediction), None)

    assert advice(METRICS["accuracy"], y, best, baseline=None, linear=same) == []
