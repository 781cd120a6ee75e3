"""What is left open is decided with a reason; what cannot be planned is refused with a way out."""

import pytest

from automl_magic.errors import (
    BudgetTooSmall,
    DataError,
    MetricDoesNotFit,
    PlanError,
    UnknownMetric,
)
from automl_magic.planning import make_plan
from automl_magic.records import Finding, Plan, RecordProblem, Severity, StepSpec


def decision(plan, about):
    (match,) = [d for d in plan.decisions if d.label == about]
    return match


def test_everything_left_open_is_filled_in(plan, customers):
    asked = plan(customers, target="churn").experiment

    assert (asked.task, asked.objective, asked.threads) == ("binary", "roc_auc", 2)
    assert asked.cv.to_json() == {
        "type": "stratified",
        "folds": 5,
        "repeats": 2,
        "seed": 0,
        "column": None,
        "holdout": 0.2,
    }
    with_torch = ("realmlp", "tabm")
    assert [name for name in asked.candidates if name not in with_torch] == [
        "linear",
        "catboost",
        "mlp",
        "lightgbm_shallow",
        "kernel",
        "extra_trees",
        "lightgbm_extra",
        "random_forest",
        "xgboost",
        "lightgbm_rich",
        "lightgbm",
    ]


def test_each_choice_has_a_reason(plan, customers):
    new_plan = plan(customers, target="churn")

    assert [d.label for d in new_plan.decisions] == [
        "task",
        "metric",
        "split",
        "folds",
        "repeats",
        "holdout",
        "threads",
        "column number",
        "candidates",
    ]
    assert all(d.why and d.choice for d in new_plan.decisions)
    assert all(c.decision.why and c.decision.choice for c in new_plan.candidates)


def test_planning_what_was_planned_gives_the_same_plan(plan, customers):
    new_plan = plan(customers, target="churn")

    profiled = customers.profile("churn", {})
    second = make_plan(
        new_plan.experiment, profiled, customers.read, n_cores=2, memory_bytes=8 * 10**9
    )

    for field in ("experiment", "split", "views", "candidates", "classes", "estimate"):
        assert getattr(second, field) == getattr(new_plan, field), field


def test_a_plan_survives_its_json(plan, customers):
    new_plan = plan(customers, target="churn")

    assert Plan.from_json(new_plan.to_json()).to_json() == new_plan.to_json()


def test_each_kind_of_column_has_its_steps(plan, customers):
    views = plan(customers, target="churn").views

    assert views["tree"] == (
        StepSpec(kind="number", columns=("age",)),
        StepSpec(
            kind="number", columns=("paid",), params={"parse": {"decimal": ",", "thousands": "."}}
        ),
        StepSpec(kind="category", columns=("city",)),
        StepSpec(kind="date", columns=("since",)),
        StepSpec(
            kind="text",
            columns=("note",),
            params={"max_features": 2_000, "components": 2, "forecast": True},
        ),
        StepSpec(kind="boolean", columns=("active",), params={"true": "True", "false": "False"}),
        StepSpec(kind="target_mean", columns=("street",), params={"smoothing": 10.0, "n_folds": 5}),
    )


@pytest.mark.parametrize("budget_s", [0.5, 1, 4.9])
def test_a_budget_too_small_for_any_model_is_refused(plan, customers, budget_s):
    with pytest.raises(BudgetTooSmall) as refused:
        plan(customers, target="churn", budget_s=budget_s)

    assert refused.value.what == f"A {budget_s:g} s budget is too short."
    assert refused.value.fix == "Use --budget 5s or more. 60s is typical."


def test_an_unknown_metric_is_refused_with_the_near_miss(plan, customers):
    with pytest.raises(UnknownMetric) as refused:
        plan(customers, target="churn", objective="roc_acu")

    assert refused.value.fix == "Use --metric roc_auc."


def test_a_metric_of_another_task_is_refused(plan, customers):
    with pytest.raises(MetricDoesNotFit) as refused:
        plan(customers, target="churn", objective="rmse")

    assert refused.value.what == "The metric 'rmse' can't score a binary task."
    assert refused.value.fix == "Use --metric roc_auc."


def test_a_metric_of_logarithms_refuses_a_negative_target(plan, dataset, column):
    y = column("y", value=lambda i: i % 700 / 50 - 3.0)

    with pytest.raises(MetricDoesNotFit) as refused:
        plan(dataset(column("x"), y), objective="rmsle")

    assert refused.value.why == (
        "It needs values of at least 0, and the target's minimum is -3. The metrics that can are "
        "rmse, mse, mae, median_absolute_error, r2."
    )
    assert refused.value.fix == "Use --metric mae."


def test_an_unknown_candidate_is_refused_with_the_near_miss(plan, customers):
    with pytest.raises(PlanError) as refused:
        plan(customers, target="churn", candidates=["linear", "lightgbn"])

    assert refused.value.fix == "Use lightgbm."


def test_candidates_keep_the_order_that_was_asked_for(plan, customers):
    new_plan = plan(customers, target="churn", candidates=["xgboost", "linear"])

    assert [c.name for c in new_plan.candidates] == ["xgboost", "linear"]


def test_an_unknown_sampler_is_refused(plan, customers):
    with pytest.raises(PlanError) as refused:
        plan(customers, target="churn", hpo={"sampler": "randon"})

    assert refused.value.fix == "Set hpo.sampler to random."


def test_a_selection_that_was_asked_for_stands_in_every_view(plan, customers):
    views = plan(customers, target="churn", features={"select": "boruta"}).views

    assert {steps[-1].params["method"] for steps in views.values()} == {"boruta"}
    with pytest.raises(RecordProblem, match="features.select"):
        plan(customers, target="churn", features={"select": "borutta"})


def test_class_weights_need_classes(plan, dataset, column):
    with pytest.raises(PlanError) as refused:
        plan(dataset(column("x"), column("y")), imbalance="class_weight")

    assert refused.value.fix == "Set imbalance to none."


def test_a_finding_of_severity_error_stops_the_plan(plan, dataset, column, target):
    finding = Finding(
        code="AM099",
        severity=Severity.ERROR,
        title="The table is upside down.",
        detail="Row 3 says so.",
        fix="Turn it.",
    )

    with pytest.raises(DataError) as refused:
        plan(dataset(column("x"), target([0, 1]), findings=(finding,)))

    assert (refused.value.what, refused.value.why, refused.value.fix) == (
        "The table is upside down (AM099).",
        "Row 3 says so.",
        "Turn it.",
    )


def test_a_column_that_a_check_drops_is_left_out_unless_it_is_named(plan, dataset, column, target):
    finding = Finding(
        code="AM004",
        severity=Severity.WARNING,
        title="Two columns are equal.",
        detail="b repeats a.",
        fix="Drop one.",
        drop=("b",),
    )
    table = dataset(column("a"), column("b"), target([0, 1]), findings=(finding,))

    dropped = plan(table)
    kept = plan(table, features={"kinds": {"b": "number"}})

    assert dropped.views["tree"] == (StepSpec(kind="number", columns=("a",)),)
    assert decision(dropped, "column b").why == "AM004: b repeats a."
    assert kept.views["tree"] == (StepSpec(kind="number", columns=("a", "b")),)


def test_a_table_without_a_usable_column_is_refused(plan, dataset, column, target):
    with pytest.raises(DataError) as refused:
        plan(dataset(column("row", "id"), target([0, 1])))

    assert refused.value.what == "There are no features to train on."


def test_rows_without_a_target_are_left_out_with_their_number(plan, dataset, column, target):
    new_plan = plan(dataset(column("x"), target([0, 1], n_missing=40)))

    assert decision(new_plan, "rows without a target").evidence == {"rows": 40, "of": 1_000}


def test_too_little_memory_is_said_before_anything_runs(plan, customers):
    new_plan = plan(customers, target="churn", memory_bytes=10**8)

    assert decision(new_plan, "memory").evidence["memory_bytes"] == 10**8


def test_asked_threads_are_kept(plan, customers):
    new_plan = plan(customers, target="churn", threads=7)

    assert new_plan.experiment.threads == 7
    assert decision(new_plan, "threads").why == "You set this."


def test_the_estimate_says_what_it_rests_on(plan, customers):
    estimate = plan(customers, target="churn").estimate

    assert estimate.search_s == 60.0
    assert 5 <= estimate.overhead_s <= 15
    assert estimate.n_trials >= 5
    assert estimate.basis.startswith("10 folds of 1,000 rows × 7 feature columns on 2 threads")


def test_a_trial_limit_limits_the_estimate(plan, customers):
    assert plan(customers, target="churn", hpo={"trials": 3}).estimate.n_trials == 3


HOSTILE = "a'\"\n\x00$x^$" + "\u202e" + "é" * 10_000


def test_hostile_column_names_are_only_data(plan, dataset, column, target):
    new_plan = plan(dataset(column(HOSTILE), target([0, 1])))

    assert new_plan.views["dense"][0].columns == (HOSTILE,)
