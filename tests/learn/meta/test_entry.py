"""What a search has found, as the numbers that are kept of it."""

import numpy as np
import pytest

from automl_magic.learn import meta
from automl_magic.records import TaskKind
from automl_magic.tasks.metrics import METRICS

RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.normal(size=600)
BASELINE = np.zeros(600)


def with_error(size, seed):
    return TRUTH + size * np.random.default_rng(seed).normal(size=600)


@pytest.fixture
def regression(describe_as):
    return describe_as("regression", rows=3.0, columns=1.0)


def measured(described, predictions, metric="rmse", y=TRUTH, baseline=BASELINE, **more):
    seconds = dict.fromkeys(predictions, 2.0)
    return meta.measure_dataset(
        described, METRICS[metric], y, predictions, baseline=baseline, seconds=seconds, **more
    )


def test_losses_are_scaled_from_the_best_to_the_baseline(regression):
    found = measured(regression, {"good": with_error(0.1, 1), "bad": with_error(0.5, 2)})
    assert found.results["good"].loss == pytest.approx(0.0, abs=0.02)
    assert found.results["bad"].loss == pytest.approx(0.45, abs=0.05)


def test_a_blend_of_two_that_err_differently_is_the_best(regression):
    found = measured(regression, {"one": with_error(0.5, 1), "other": with_error(0.5, 2)})
    assert found.loss("one", "other") == 0.0
    assert 0.1 < found.results["one"].loss < 0.4


def test_seconds_are_those_of_a_million_cells(regression):
    found = measured(regression, {"good": with_error(0.1, 1)})  # 1,000 rows, 10 columns
    assert found.results["good"].seconds == 200.0


def test_the_weights_of_an_ensemble_are_kept(regression):
    found = measured(regression, {"good": with_error(0.1, 1)}, weights={"good": 0.75})
    assert found.results["good"].weight == 0.75


def test_a_table_on_which_nothing_is_learnt_is_not_kept(regression):
    noise = RANDOM.normal(size=600)
    assert measured(regression, {"bad": noise}) is None
    assert measured(regression, {"same": BASELINE}) is None
    assert measured(regression, {}) is None


def test_much_worse_than_the_baseline_is_bad_enough(regression):
    found = measured(regression, {"good": with_error(0.1, 1), "wild": 1_000 * with_error(0.1, 2)})
    assert found.results["wild"].loss == 2.0


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss", "f1", "accuracy"])
def test_classes_are_measured_by_the_metric_of_the_search(describe_as, metric):
    y = (TRUTH > 0.5).astype(int)
    predictions = {}
    for name, error in (("good", 0.2), ("bad", 1.5)):
        positive = 1 / (1 + np.exp(-3 * (with_error(error, 3) - 0.5)))
        predictions[name] = np.column_stack([1 - positive, positive])
    baseline = np.tile([1 - y.mean(), y.mean()], (600, 1))
    found = measured(describe_as(TaskKind("binary")), predictions, metric, y, baseline)
    assert found.results["good"].loss < 0.2 < found.results["bad"].loss
