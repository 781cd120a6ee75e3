import numpy as np
import pytest

from automl_magic.learn.paired import gain
from automl_magic.records import TaskKind
from automl_magic.tasks.metrics import METRICS, metrics_for


def rows(n=2_000, seed=0):
    random = np.random.default_rng(seed)
    y = random.integers(0, 2, n)
    noise = random.normal(size=(2, n)) * np.array([[0.8], [1.6]]) + y
    good, poor = 1 / (1 + np.exp(-(noise - 0.5)))
    return y, np.column_stack([1 - good, good]), np.column_stack([1 - poor, poor])


@pytest.mark.parametrize(
    "metric",
    [name for name in metrics_for(TaskKind("binary")) if name not in ("precision", "recall")],
)
def test_what_is_clearly_better_is_surely_better(metric):
    y, good, poor = rows()

    assert gain(metric, y, good, poor).is_significant
    assert not gain(metric, y, poor, good).is_significant


@pytest.mark.parametrize("metric", metrics_for(TaskKind("regression")))
def test_smaller_errors_are_surely_better(metric):
    random = np.random.default_rng(0)
    y = random.uniform(2, 3, 1_000)
    good, poor = y + random.normal(scale=[[0.1], [0.3]], size=(2, 1_000))

    assert gain(metric, y, good, poor).is_significant
    assert not gain(metric, y, poor, good).is_significant


def test_the_same_prediction_is_never_better():
    y, good, _ = rows()

    for metric in ("roc_auc", "log_loss", "f1"):
        assert not gain(metric, y, good, good).is_significant


def test_chance_is_mostly_not_taken_for_a_gain():
    sure = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        y = random.integers(0, 2, 300)
        one, other = (np.column_stack([1 - p, p]) for p in random.uniform(size=(2, 300)))
        sure += gain("roc_auc", y, one, other).is_significant

    assert sure <= 4


def test_the_error_of_a_metric_that_ranks_is_that_of_the_bootstrap():
    y, good, poor = rows(n=1_000)
    random = np.random.default_rng(0)
    loss = METRICS["roc_auc"].loss
    from automl_magic.tasks.metrics import score

    drawn = [random.integers(0, 1_000, 1_000) for _ in range(200)]
    differences = [
        loss(score("roc_auc", y[r], poor[r])) - loss(score("roc_auc", y[r], good[r])) for r in drawn
    ]

    assert gain("roc_auc", y, good, poor).error == pytest.approx(np.std(differences), rel=0.5)


def test_a_gain_that_one_fold_alone_has_is_not_sure():
    y, good, poor = rows()
    folds = np.repeat(np.arange(4), 500)
    mixed = np.where((folds == 0)[:, None], good, poor)

    assert gain("log_loss", y, mixed, poor).is_significant
    assert not gain("log_loss", y, mixed, poor, fold_ids=folds).is_significant
