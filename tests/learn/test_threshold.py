import numpy as np
import pytest

from automl_magic.learn.threshold import (
    TUNED,
    MisclassificationCosts,
    best_threshold,
    cheapest_threshold,
)
from automl_magic.tasks.metrics import score


def rows(n=2_000, positive=0.1, seed=0):
    random = np.random.default_rng(seed)
    y = (random.uniform(size=n) < positive).astype(int)
    p = np.clip(random.normal(0.15 + 0.25 * y, 0.1), 0.001, 0.999)
    return y, np.column_stack([1 - p, p])


@pytest.mark.parametrize("metric", TUNED)
def test_the_threshold_is_about_as_good_as_the_best_of_all(metric):
    y, probabilities = rows()

    found = best_threshold(metric, y, probabilities)

    grid = [score(metric, y, probabilities, threshold=t) for t in np.linspace(0.01, 0.9, 300)]
    assert score(metric, y, probabilities, threshold=found) >= max(grid) - 0.015


def test_a_rare_class_moves_the_threshold_of_f1_away_from_one_half():
    y, probabilities = rows()

    assert best_threshold("f1", y, probabilities) < 0.4


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss", "precision", "recall"])
def test_metrics_without_a_best_threshold_have_none(metric):
    assert best_threshold(metric, *rows()) is None


def test_several_classes_have_no_threshold():
    assert best_threshold("accuracy", np.array([0, 1, 2]), np.eye(3)) is None


def test_equal_probabilities_leave_one_half():
    assert best_threshold("f1", np.array([0, 1, 1]), np.full((3, 2), 0.5)) == 0.5


@pytest.mark.parametrize(("false_positive", "false_negative"), [(1, 1), (1, 10), (20, 1)])
def test_the_threshold_of_costs_costs_about_as_little_as_any(false_positive, false_negative):
    y, probabilities = rows()
    costs = MisclassificationCosts(false_positive, false_negative)

    found = cheapest_threshold(y, probabilities, costs)

    grid = [costs.per_row(y, probabilities[:, 1] >= t) for t in np.linspace(0.01, 0.9, 300)]
    assert costs.per_row(y, probabilities[:, 1] >= found) <= 1.1 * min(grid)


def test_probabilities_that_mean_what_they_say_have_the_threshold_of_the_theory():
    random = np.random.default_rng(0)
    p = random.beta(1, 3, size=20_000)
    y = (random.uniform(size=20_000) < p).astype(int)

    found = cheapest_threshold(y, np.column_stack([1 - p, p]), MisclassificationCosts(1.0, 4.0))

    assert found == pytest.approx(1 / (1 + 4), abs=0.04)


def test_a_dear_miss_lowers_the_threshold():
    y, probabilities = rows()

    dear = cheapest_threshold(y, probabilities, MisclassificationCosts(1.0, 50.0))
    cheap = cheapest_threshold(y, probabilities, MisclassificationCosts(1.0, 0.5))

    assert dear < cheap


def test_the_cost_of_a_row_is_the_mean_cost_of_its_mistakes():
    y, is_yes = np.array([0, 0, 1, 1]), np.array([True, False, False, True])

    assert MisclassificationCosts(2.0, 6.0).per_row(y, is_yes) == 2.0
