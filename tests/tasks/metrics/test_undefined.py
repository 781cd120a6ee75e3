"""Every metric on degenerate rows: a finite number, or a reason why it's undefined."""

import itertools
import math

import numpy as np
import pytest

from automl_magic.records import TaskKind
from automl_magic.records.codec import OutOfRange, dumps
from automl_magic.records.runs.score import Score
from automl_magic.tasks.metrics import make_score, metrics_for, score, undefined_reason

N_CLASSES = {"binary": 2, "multiclass": 3}
CLASS_TARGETS = {
    "empty": [],
    "one row": [1],
    "one class": [0] * 8,
    "only the positive class": [1] * 8,
    "one row of the positive class": [0] * 7 + [1],
    "both classes": [0, 1] * 4,
}
NUMBER_TARGETS = {
    "empty": [],
    "one row": [2.0],
    "constant": [3.5] * 8,
    "zeros": [0.0] * 8,
    "some zeros": [0.0, 1.0] * 4,
    "huge": [1e300, 2e300] * 4,
    "tiny": [5e-324, 1e-320] * 4,
    "numbers": [1.0, 2.0, 3.0, 4.0] * 2,
}
PREDICTIONS = ("constant", "perfect", "wrong", "one NaN", "all NaN", "infinite")


def predict_classes(how, y, k):
    shares = {"constant": np.full((len(y), k), 1 / k), "wrong": np.eye(k)[(y + 1) % k]}
    predicted = shares.get(how, np.eye(k)[y]).astype(float)
    return spoil(how, predicted)


def predict_numbers(how, y):
    predicted = {"constant": np.full(len(y), 1.5), "wrong": y[::-1] + 1.0}.get(how, y.copy())
    return spoil(how, predicted.astype(float))


def spoil(how, predicted):
    broken = {"one NaN": slice(0, 1), "all NaN": slice(None), "infinite": slice(0, 1)}.get(how)
    if broken is not None:
        predicted[broken] = np.inf if how == "infinite" else np.nan
    return predicted


def cases(kind):
    """Yield what each case is, its target and its prediction."""
    k = N_CLASSES.get(str(kind))
    targets = CLASS_TARGETS if k else NUMBER_TARGETS
    for (name, values), how in itertools.product(targets.items(), PREDICTIONS):
        y = np.array(values, dtype=np.int64 if k else np.float64)
        predicted = predict_classes(how, y, k) if k else predict_numbers(how, y)
        yield f"{name}, {how}", y, predicted


METRICS_OF_KINDS = [
    (kind, metric)
    for kind in (TaskKind("binary"), TaskKind("multiclass"), TaskKind("regression"))
    for metric in metrics_for(kind)
]


@pytest.mark.parametrize(("kind", "metric"), METRICS_OF_KINDS)
def test_a_metric_is_a_finite_number_or_says_why_it_is_undefined(kind, metric):
    for case, y, predicted in cases(kind):
        made = make_score(metric, y, predicted, repeats=2)

        assert made.rows == len(y), case
        if made.score is None:
            assert made.undefined, case
            assert math.isnan(score(metric, y, predicted)), case
            assert (made.low, made.high) == (None, None), case
        else:
            assert undefined_reason(metric, y, predicted) is None, case
            assert made.score == score(metric, y, predicted), case
        assert Score.from_json(made.to_json()) == made, case
        assert "NaN" not in dumps(made.to_json()), case


@pytest.mark.parametrize(
    ("metric", "y", "reason"),
    [
        ("roc_auc", [1, 1, 1], "all rows have one class"),
        ("roc_auc_ovr", [2, 2], "all rows have one class"),
        ("average_precision", [0, 0], "no row has the positive class"),
        ("recall", [0, 0], "no row has the positive class"),
        ("f1", [0, 0], "no row has the positive class"),
        ("r2", [1.5], "it needs at least two rows"),
        ("r2", [1.5, 1.5], "all rows have the same target"),
        ("rmse", [], "there are no rows"),
        ("accuracy", [0, 0], None),
        ("log_loss", [0, 0], None),
        ("r2", [1.5, 2.5], None),
    ],
)
def test_the_target_alone_can_make_a_metric_undefined(metric, y, reason):
    assert undefined_reason(metric, np.array(y)) == reason


def test_predictions_that_are_not_finite_are_counted():
    predicted = np.array([1.0, np.nan, np.inf])

    reason = undefined_reason("rmse", np.ones(3), predicted)

    assert reason == "the predictions of 2 rows aren't finite"


def test_a_score_too_large_for_a_number_is_undefined():
    made = make_score("mse", np.array([1e300, 2e300]), np.array([0.0, 0.0]))

    assert (made.score, made.undefined) == (None, "it's too large for a number")


@pytest.mark.parametrize(
    "values",
    [{"score": math.nan}, {"score": math.inf}, {"score": None}, {"score": 0.5, "undefined": "x"}],
)
def test_a_score_has_a_finite_number_or_a_reason(values):
    with pytest.raises(OutOfRange, match="score"):
        Score(metric="rmse", rows=3, **values)


def test_the_value_of_an_undefined_score_is_an_error_that_says_why():
    undefined = Score(metric="r2", score=None, rows=1, undefined="it needs at least two rows")

    with pytest.raises(ValueError, match="r2 is undefined, because it needs at least two rows"):
        _ = undefined.value
