import numpy as np
import pytest

from automl_magic.learn.blending import Losses, select
from automl_magic.tasks.tabular.metrics import METRICS, score


def classes(n=600, k=3, trials=4, seed=0):
    random = np.random.default_rng(seed)
    y = random.integers(0, k, n)
    noise = random.uniform(size=(trials, n, k)) + 1.2 * np.eye(k)[y]
    return y, noise / noise.sum(axis=2, keepdims=True)


def numbers(n=600, trials=4, seed=0):
    random = np.random.default_rng(seed)
    y = random.normal(size=n)
    return y, y + random.normal(size=(trials, n))


@pytest.mark.parametrize("metric", ["log_loss", "brier", "accuracy", "f1_macro", "roc_auc_ovr"])
def test_losses_of_blends_of_classes_are_those_of_the_metric(metric):
    y, predictions = classes()
    check(metric, y, predictions)


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss", "brier", "average_precision"])
def test_losses_of_blends_of_two_classes_are_those_of_the_metric(metric):
    y, predictions = classes(k=2)
    check(metric, y, predictions)


@pytest.mark.parametrize("metric", ["mse", "mae", "median_absolute_error"])
def test_losses_of_blends_of_values_are_those_of_the_metric(metric):
    y, predictions = numbers()
    check(metric, y, predictions)


def check(metric, y, predictions):
    losses = Losses(METRICS[metric], y, predictions)

    found = losses.of(losses.predictions, np.arange(len(y)))

    expected = [METRICS[metric].loss(score(metric, y, one)) for one in predictions]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("n", [400, 5_000])
def test_independent_errors_are_averaged_away(n):
    y, predictions = numbers(n=n)

    weights, reasons = select(Losses(METRICS["rmse"], y, predictions), 8, seed=0)

    assert weights.sum() == pytest.approx(1)
    assert (weights > 0.1).all()
    blend = np.tensordot(weights, predictions, axes=1)
    assert score("rmse", y, blend) < 0.6 * min(score("rmse", y, one) for one in predictions)
    assert all("worse" in reason for reason in reasons)


def test_a_trial_that_adds_nothing_stays_out():
    y, predictions = numbers(n=5_000, trials=2)
    predictions[1] = 100.0

    weights, reasons = select(Losses(METRICS["rmse"], y, predictions), 8, seed=0)

    assert weights.tolist() == [1.0, 0.0]
    assert reasons[0] == "The best trial; no other improves it."


def test_no_more_members_than_asked_and_none_below_three_percent():
    y, predictions = numbers(trials=12)

    weights, _ = select(Losses(METRICS["rmse"], y, predictions), 3, seed=0)

    assert np.sum(weights > 0) == 3
    assert weights[weights > 0].min() >= 0.03


def test_the_same_trials_have_the_same_weights():
    y, predictions = classes()

    first, second = (select(Losses(METRICS["log_loss"], y, predictions), 8, seed=3) for _ in "ab")

    assert first[0].tolist() == second[0].tolist()
