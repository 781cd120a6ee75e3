"""The task is read off the target, and what cannot be predicted is refused."""

import pytest

from automl_magic.errors import PlanError, TargetNotFound, TargetNotUsable
from automl_magic.tasks.search_steps import search_steps


def about_task(plan):
    return next(one for one in plan.decisions if one.about == "task")


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ([0, 1], "binary"),
        ([1.5, 2.5], "binary"),
        (["no", "yes"], "binary"),
        (["a", "b", "c"], "multiclass"),
        (list(range(10)), "multiclass"),
        (list(range(11)), "regression"),
        ([0.5, 1.0, 2.0], "regression"),
    ],
)
def test_the_task_is_read_off_the_target(plan, dataset, column, target, values, task):
    plan_result = plan(dataset(column("x"), target(values)))

    assert plan_result.task == task
    assert plan_result.classes == (() if task == "regression" else tuple(values))


def test_a_number_with_many_values_is_a_regression_without_classes(plan, dataset, column):
    plan_result = plan(dataset(column("x"), column("y", n_unique=700)))

    assert (plan_result.task, plan_result.metric, plan_result.classes) == ("regression", "rmse", ())
    assert about_task(plan_result).why == "The target is a number with 700 values."


def test_a_number_that_is_unique_in_each_row_can_be_predicted(plan, dataset, column):
    plan_result = plan(dataset(column("x"), column("y", value=lambda i: 3 * i)))

    assert plan_result.task == "regression"


def test_few_whole_numbers_are_classes_with_the_other_reading_named(plan, dataset, column, target):
    task = about_task(plan(dataset(column("x"), target([3, 4, 5, 6, 7]))))

    assert task.rejected == (
        "regression: use --task regression if the values are evenly spaced amounts",
    )


def test_the_task_can_be_asked_for(plan, dataset, column, target):
    plan_result = plan(dataset(column("x"), target([3, 4, 5])), task="regression")

    assert (plan_result.task, about_task(plan_result).why) == ("regression", "You set this.")


def refusal(error, plan, dataset, column, y, n_rows=1_000, **asked):
    with pytest.raises(error) as refused:
        plan(dataset(column("x"), y, n_rows=n_rows), **asked)
    return refused.value


def test_a_misspelt_target_is_refused_with_the_near_miss(plan, customers):
    with pytest.raises(TargetNotFound) as refused:
        plan(customers, target="chrun")

    assert refused.value.fix == "Use --target 'churn'."


def test_a_constant_target_is_refused(plan, dataset, column):
    y = column("y", "constant", n_unique=1)

    assert refusal(TargetNotUsable, plan, dataset, column, y).what == (
        "The target 'y' has only one value."
    )


def test_a_target_without_values_is_refused(plan, dataset, column):
    y = column("y", n_missing=1_000)

    assert refusal(TargetNotUsable, plan, dataset, column, y).what == ("The target 'y' is empty.")


def test_a_target_of_unique_texts_is_refused(plan, dataset, column):
    y = column("y", "text", n_unique=990)

    assert refusal(TargetNotUsable, plan, dataset, column, y).why == (
        "It has 990 distinct values in 1,000 rows. A class needs several rows to learn from."
    )


def test_a_target_with_infinite_values_is_refused(plan, dataset, column):
    y = column("y", value=lambda i: float("inf") if i < 3 else i % 700 / 2)

    assert refusal(TargetNotUsable, plan, dataset, column, y).what == (
        "The target 'y' has infinite values."
    )


def test_a_target_of_dates_is_refused(plan, dataset, column):
    assert refusal(TargetNotUsable, plan, dataset, column, column("y", "date")).what == (
        "The target 'y' contains dates."
    )


def test_a_target_of_too_many_classes_is_refused(plan, dataset, column):
    y = column("y", "high_cardinality", n_unique=4_000)

    error = refusal(TargetNotUsable, plan, dataset, column, y, n_rows=100_000)

    assert (error.why, error.fix) == (
        "It has 4,000 distinct values. The maximum is 1,000 classes.",
        "Merge rare values into one.",
    )


def test_a_target_of_numbers_in_text_is_read_by_the_same_rule_as_a_feature(plan, dataset, column):
    y = column("y", value=lambda i: f"{1 + i % 7}.{100 + i % 700},5" if i % 100 else "abc")

    new_plan = plan(dataset(column("x"), y))

    assert new_plan.task == "regression"
    (task, *_) = search_steps(new_plan)
    assert task.values["parse"] == {"decimal": ",", "thousands": "."}
    assert new_plan.dataset.column("y").n_missing == 10


def test_two_numbers_in_text_are_classes_and_a_blank_is_none(plan, dataset, column):
    y = column("y", value=lambda i: ("0,5", "1,5", " ")[i % 3])

    new_plan = plan(dataset(column("x"), y))

    assert (new_plan.task, new_plan.classes) == ("binary", ("0,5", "1,5"))
    assert new_plan.dataset.column("y").n_unique == 2


@pytest.mark.parametrize(
    ("values", "asked", "fix"),
    [
        (["a", "b", "c", "d", "e"], "binary", "Use --task multiclass."),
        ([1, 2, 3, 4, 5], "binary", "Use --task regression."),
        (["a", "b"], "multiclass", "Use --task binary."),
        (["a", "b", "c"], "regression", "Use --task multiclass."),
        (["a", "b"], "regression", "Use --task binary."),
    ],
)
def test_a_task_that_does_not_fit_the_target_is_refused(
    plan, dataset, column, target, values, asked, fix
):
    error = refusal(PlanError, plan, dataset, column, target(values), task=asked)

    assert error.fix == fix
