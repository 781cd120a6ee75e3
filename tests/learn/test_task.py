import numpy as np
import pytest

from automl_magic.errors import (
    MetricDoesNotFit,
    PlanError,
    TargetNotFound,
    TargetNotUsable,
    TooFewRows,
)
from automl_magic.learn import Task


def test_rows_without_a_target_are_left_out_and_counted(make_task, frame_of):
    frame = frame_of("binary").astype({"target": float})
    frame.loc[[0, 7], "target"] = np.nan

    task = make_task("binary", frame=frame)

    assert (task.n_rows, task.n_without_target) == (567, 2)
    assert list(task.frame.index) == list(range(567))
    assert "excluding 2 without a target" in repr(task)


def test_the_target_becomes_codes_by_the_position_of_the_class(make_task, frame_of):
    frame = frame_of("binary").head(30)
    frame["target"] = ["yes" if value else "no" for value in frame["target"]]

    task = make_task("binary", frame=frame, classes=["yes", "no"])

    assert task.y.tolist() == [0 if value == "yes" else 1 for value in frame["target"]]


def test_a_misspelt_target_is_offered_its_near_miss(make_task):
    with pytest.raises(TargetNotFound, match="Use --target 'target'"):
        make_task(target="targt")


def test_a_label_that_is_no_class_is_named(make_task):
    with pytest.raises(TargetNotUsable, match="isn't a class of the model"):
        make_task("multiclass", classes=[0, 1])


def test_a_target_that_is_missing_everywhere_cannot_be_learned(make_task, frame_of):
    frame = frame_of("regression").assign(target=np.nan)

    with pytest.raises(TooFewRows, match="missing in all 442 rows"):
        make_task("regression", frame=frame)


@pytest.mark.parametrize(
    ("changes", "fix"),
    [
        ({"kind": "binari"}, "Use 'binary' in the cell."),
        ({"imbalance": "classweight"}, "Use 'class_weight' in the cell."),
        ({"kind": 3}, "Use one of these in the cell."),
    ],
)
def test_a_wrong_word_is_refused_with_what_to_write(frame_of, changes, fix):
    asked = {"target": "target", "kind": "binary", "metric": "roc_auc", "classes": [0, 1]}

    with pytest.raises(PlanError) as refused:
        Task(frame_of("binary"), **{**asked, **changes})

    assert refused.value.fix == fix


def test_the_valid_kinds_of_task_are_listed(frame_of):
    with pytest.raises(PlanError) as refused:
        Task(frame_of("binary"), target="target", kind="?", metric="roc_auc", classes=[0, 1])

    assert refused.value.what == "'?' isn't a valid kind of task."
    assert refused.value.why.startswith("The kinds of task are ")


def test_a_metric_that_cannot_score_the_task_is_refused(make_task):
    with pytest.raises(MetricDoesNotFit):
        make_task("binary", metric="rmse")


def test_a_task_tells_what_is_asked_in_plain_words(make_task):
    assert repr(make_task("regression")) == (
        "Predict 'target': regression, scored by rmse\n"
        "  rmse: The square root of the mean squared error, in the target's unit. Large errors "
        "count most. Lower is better.\n"
        "  442 rows\n"
        "  from 25 to 346, median 140.5\n"
        "  seed 0, threads 2"
    )
