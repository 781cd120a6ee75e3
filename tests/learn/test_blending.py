import numpy as np
import pytest

from automl_magic.learn.blending import (
    EnsembleSelection,
    entering_trials,
    loss_of_blend,
    select_ensemble,
)
from automl_magic.recipe.combine import Blend
from automl_magic.records import Answer
from automl_magic.tasks.metrics import METRICS, score


def classes(n=600, k=3, trials=4, seed=0, sharp=1.2):
    random = np.random.default_rng(seed)
    y = random.integers(0, k, n)
    noise = random.uniform(size=(trials, n, k)) + sharp * np.eye(k)[y]
    return y, noise / noise.sum(axis=2, keepdims=True)


def numbers(n=600, trials=4, seed=0):
    random = np.random.default_rng(seed)
    y = random.normal(size=n) + 5
    return y, y + random.normal(size=(trials, n))


def loss_alone(metric, y, prediction):
    return loss_of_blend(
        METRICS[metric], y, [prediction], EnsembleSelection(Blend.MEAN, np.ones(1), [])
    )


def chosen(metric, y, predictions, *, estimators=None, max_members=8, seed=0):
    predictions = list(predictions)
    return select_ensemble(
        METRICS[metric],
        y,
        predictions,
        [loss_alone(metric, y, one) for one in predictions],
        estimators or [f"estimator {i}" for i in range(len(predictions))],
        max_members=max_members,
        seed=seed,
    )


@pytest.mark.parametrize("n", [400, 5_000])
def test_independent_errors_are_averaged_away(n):
    y, predictions = numbers(n=n)

    found = chosen("rmse", y, predictions)

    assert found.blend is Blend.MEAN
    assert found.weights.sum() == pytest.approx(1)
    assert (found.weights > 0.1).all()
    blend = np.tensordot(found.weights, predictions, axes=1)
    assert score("rmse", y, blend) < 0.6 * min(score("rmse", y, one) for one in predictions)
    assert all("worse" in reason for reason in found.reasons)


def test_a_trial_that_adds_nothing_stays_out():
    y, predictions = numbers(n=5_000, trials=2)
    predictions[1] = 100.0

    found = chosen("rmse", y, predictions)

    assert found.weights.tolist() == [1.0, 0.0]
    assert found.reasons[0] == "The best trial. No other trial improves it."


def test_no_more_members_than_asked_and_none_below_three_percent():
    y, predictions = numbers(trials=12)

    weights = chosen("rmse", y, predictions, max_members=3).weights

    assert np.sum(weights > 0) == 3
    assert weights[weights > 0].min() >= 0.03


def test_the_same_trials_have_the_same_weights():
    y, predictions = classes()

    first, second = (chosen("log_loss", y, predictions, seed=3) for _ in "ab")

    assert first.weights.tolist() == second.weights.tolist()


@pytest.mark.parametrize("metric", METRICS)
def test_for_every_metric_the_blend_is_better_than_the_best_trial_alone_or_about_as_good(metric):
    answer = METRICS[metric].fits[0]
    if answer is Answer.NUMBER:
        y, predictions = numbers(n=300)
        y = np.abs(y)
    else:
        y, predictions = classes(n=300, k=2 if answer is Answer.TWO_CLASSES else 3, sharp=0.5)
    alone = [loss_alone(metric, y, one) for one in predictions]

    found = chosen(metric, y, predictions)

    loss = loss_of_blend(METRICS[metric], y, list(predictions), found)
    assert loss <= min(alone) + 0.02


def test_a_blend_that_is_clearly_worse_than_its_best_trial_is_that_trial():
    random = np.random.default_rng(0)
    y = random.integers(0, 2, 4_000)
    # One ranks well and says little; what the other says is clear, and often wrong.
    modest = 0.5 + 0.001 * (y - 0.5 + random.normal(scale=0.3, size=4_000))
    bold = np.where(random.uniform(size=4_000) < 0.75, y, 1 - y) * 0.5 + 0.25
    predictions = [np.column_stack([1 - p, p]) for p in (modest, bold)]

    found = chosen("roc_auc", y, predictions)

    assert found.weights.tolist() == [1.0, 0.0]
    assert found.blend is Blend.MEAN


def test_on_few_rows_the_shares_are_nearly_equal():
    y, predictions = numbers(n=150)
    predictions[0] = y + 1.5 * (predictions[0] - y)

    weights = chosen("rmse", y, predictions[:2]).weights

    assert weights.min() >= 0.25


def test_probabilities_whose_log_odds_err_independently_are_blended_geometrically():
    random = np.random.default_rng(1)
    odds = random.normal(scale=2.0, size=3_000)
    y = (random.uniform(size=3_000) < 1 / (1 + np.exp(-odds))).astype(int)
    # What each knows is the truth with an error, and it is as modest as that error asks for.
    noisy = 1 / (1 + np.exp(-0.64 * (odds + random.normal(scale=1.5, size=(5, 3_000)))))
    predictions = [np.column_stack([1 - p, p]) for p in noisy]

    assert chosen("log_loss", y, predictions).blend is Blend.GEOMETRIC
    assert chosen("roc_auc", y, predictions).blend is Blend.GEOMETRIC


def test_the_best_of_each_estimator_enters_first():
    alone = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    estimators = ["boosting"] * 9 + ["linear"]

    assert entering_trials(300, alone, estimators) == [0, 9, 1, 2, 3, 4, 5, 6]
    assert len(entering_trials(2_500, [0.5] * 60, ["boosting"] * 60)) == 15
    assert len(entering_trials(50_000, [0.5] * 60, ["boosting"] * 60)) == 40
