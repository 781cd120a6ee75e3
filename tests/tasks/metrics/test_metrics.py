"""Metrics by scikit-learn's names and meanings, with intervals."""

import math

import numpy as np
import pytest
from sklearn import metrics as sk

from automl_magic.errors import MetricDoesNotFit, UnknownMetric
from automl_magic.records import TaskKind
from automl_magic.records.families import kinds
from automl_magic.tasks.metrics import (
    METRICS,
    default_metric,
    find_metric,
    interval,
    metrics_for,
    predicted_codes,
    score,
)

RANDOM = np.random.default_rng(0)
Y2 = RANDOM.integers(0, 2, 300)
P2 = np.clip(0.3 * Y2 + 0.7 * RANDOM.random(300), 0, 1)
P2 = np.column_stack([1 - P2, P2])
Y3 = RANDOM.integers(0, 3, 300)
P3 = RANDOM.dirichlet([1, 1, 1], 300) + 0.4 * np.eye(3)[Y3]
P3 /= P3.sum(axis=1, keepdims=True)
YR = RANDOM.random(300) * 9 + 1
PR = YR + RANDOM.normal(size=300)

L2, L3 = (P2[:, 1] >= 0.5).astype(int), P3.argmax(axis=1)
BINARY = {
    "roc_auc": sk.roc_auc_score(Y2, P2[:, 1]),
    "average_precision": sk.average_precision_score(Y2, P2[:, 1]),
    "f1": sk.f1_score(Y2, L2),
    "precision": sk.precision_score(Y2, L2),
    "recall": sk.recall_score(Y2, L2),
    "log_loss": sk.log_loss(Y2, P2),
    "brier": sk.brier_score_loss(Y2, P2[:, 1]),
    "accuracy": sk.accuracy_score(Y2, L2),
    "balanced_accuracy": sk.balanced_accuracy_score(Y2, L2),
    "matthews_corrcoef": sk.matthews_corrcoef(Y2, L2),
}
MULTICLASS = {
    "roc_auc_ovr": sk.roc_auc_score(Y3, P3, multi_class="ovr"),
    "log_loss": sk.log_loss(Y3, P3),
    "brier": sk.brier_score_loss(Y3, P3),
    "accuracy": sk.accuracy_score(Y3, L3),
    "balanced_accuracy": sk.balanced_accuracy_score(Y3, L3),
    "matthews_corrcoef": sk.matthews_corrcoef(Y3, L3),
    "f1_macro": sk.f1_score(Y3, L3, average="macro"),
    "f1_weighted": sk.f1_score(Y3, L3, average="weighted"),
}
REGRESSION = {
    "rmse": sk.root_mean_squared_error(YR, PR),
    "mse": sk.mean_squared_error(YR, PR),
    "mae": sk.mean_absolute_error(YR, PR),
    "median_absolute_error": sk.median_absolute_error(YR, PR),
    "r2": sk.r2_score(YR, PR),
    "mape": sk.mean_absolute_percentage_error(YR, PR),
    "rmsle": sk.root_mean_squared_log_error(YR, np.maximum(PR, 0)),
}
CASES = [
    *((TaskKind("binary"), name, Y2, P2, value) for name, value in BINARY.items()),
    *((TaskKind("multiclass"), name, Y3, P3, value) for name, value in MULTICLASS.items()),
    *((TaskKind("regression"), name, YR, PR, value) for name, value in REGRESSION.items()),
]
IDS = [f"{kind}-{name}" for kind, name, *_ in CASES]


@pytest.mark.parametrize(("kind", "name", "y", "prediction", "value"), CASES, ids=IDS)
def test_a_score_is_that_of_scikit_learn(kind, name, y, prediction, value):
    assert score(name, y, prediction) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(("kind", "name", "y", "prediction", "value"), CASES, ids=IDS)
def test_an_interval_holds_the_score_and_is_repeatable(kind, name, y, prediction, value):
    low, high = interval(name, y, prediction, seed=3, repeats=60)

    assert low <= value <= high
    assert (low, high) == interval(name, y, prediction, seed=3, repeats=60)


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (TaskKind("binary"), BINARY),
        (TaskKind("multiclass"), MULTICLASS),
        (TaskKind("regression"), REGRESSION),
    ],
)
def test_every_metric_of_a_task_is_compared_above(kind, names):
    assert set(metrics_for(kind)) == set(names)


def test_every_metric_is_explained_in_a_sentence():
    assert all(metric.in_words.endswith(".") for metric in METRICS.values())
    assert {metric.needs for metric in METRICS.values()} == {"labels", "probabilities", "values"}


def test_a_perfect_prediction_is_best_in_the_metrics_own_direction():
    perfect = {TaskKind("binary"): (Y2, np.eye(2)[Y2]), TaskKind("multiclass"): (Y3, np.eye(3)[Y3])}
    for kind, name, y, prediction, _ in CASES:
        metric = METRICS[name]
        _, best = perfect.get(kind, (YR, YR))
        assert metric.is_better(score(name, y, best), than=score(name, y, prediction)), name


def test_the_threshold_moves_labels_of_two_classes():
    probabilities = np.array([[0.8, 0.2], [0.6, 0.4], [0.5, 0.5]])

    assert predicted_codes(probabilities).tolist() == [0, 0, 1]
    assert predicted_codes(probabilities, 0.3).tolist() == [0, 1, 1]
    assert score("recall", np.array([0, 1, 1]), probabilities, threshold=0.3) == 1.0


def test_an_area_on_one_class_has_no_value():
    ones = np.ones(4, dtype=int)

    assert math.isnan(score("roc_auc", ones, P2[:4]))
    assert math.isnan(score("roc_auc_ovr", ones, P3[:4]))
    assert math.isnan(score("average_precision", 0 * ones, P2[:4]))
    assert interval("roc_auc", ones, P2[:4]) == (None, None)


def test_a_class_that_is_absent_does_not_stop_a_score():
    present = Y3 != 2

    for name in metrics_for(TaskKind("multiclass")):
        assert math.isfinite(score(name, Y3[present], P3[present])), name


def test_a_resample_without_the_rare_class_is_passed_over():
    y = np.zeros(40, dtype=int)
    y[0] = 1

    low, high = interval("roc_auc", y, P2[:40])

    assert 0 <= low <= high <= 1


def test_an_interval_narrows_with_the_root_of_the_rows():
    y = RANDOM.random(80_000)
    widths = []
    for n in (5_000, 80_000):
        low, high = interval("rmse", y[:n], y[:n] + RANDOM.normal(size=n))
        widths.append(high - low)

    assert widths[0] / widths[1] == pytest.approx(4, rel=0.3)


def test_a_negative_prediction_counts_as_zero_for_a_logarithm():
    y = np.array([0.0, 1.0])

    assert score("rmsle", y, np.array([-5.0, 1.0])) == 0.0


def test_a_negative_target_has_no_logarithm():
    with pytest.raises(MetricDoesNotFit) as refused:
        score("rmsle", np.array([-1.0, 1.0]), np.array([0.0, 1.0]))

    assert refused.value.fix == "Use --metric rmse or --metric mae."


@pytest.mark.parametrize(
    ("wrong", "kind", "fix"),
    [
        ("roc_acu", TaskKind("binary"), "Use --metric roc_auc."),
        ("AUC", TaskKind("binary"), "Use --metric roc_auc."),
        ("neg_root_mean_squared_error", TaskKind("regression"), "Use --metric rmse."),
        ("zzz", TaskKind("regression"), "Use one of these names with --metric."),
    ],
)
def test_an_unknown_metric_is_refused_with_the_near_miss(wrong, kind, fix):
    with pytest.raises(UnknownMetric) as refused:
        find_metric(wrong, kind)

    assert refused.value.what == f"There is no metric {wrong!r}."
    assert refused.value.fix == fix


@pytest.mark.parametrize(
    ("name", "kind", "fix"),
    [
        ("roc_auc", TaskKind("multiclass"), "Use --metric roc_auc_ovr."),
        ("f1_macro", TaskKind("binary"), "Use --metric f1."),
        ("accuracy", TaskKind("regression"), "Use --metric rmse."),
    ],
)
def test_a_metric_of_another_task_is_refused_with_its_cousin(name, kind, fix):
    with pytest.raises(MetricDoesNotFit) as refused:
        find_metric(name, kind)

    assert refused.value.fix == fix


@pytest.mark.parametrize("kind", kinds())
def test_the_usual_metric_fits_its_task(kind):
    assert find_metric(default_metric(kind).choice, kind).name == default_metric(kind).choice
