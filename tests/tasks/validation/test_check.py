"""The plan splits the rows as the search will, and knows which parts can't be scored."""

import numpy as np
import pandas as pd
import pytest

from automl_magic import learn
from automl_magic.errors import PlanError, TooFewRows
from automl_magic.flow.planning import preview
from automl_magic.records import DecisionKind
from automl_magic.tasks.validation import CODE


def a_frame(n_rows, y, **columns):
    x = np.random.default_rng(0).normal(size=n_rows).round(6)
    return pd.DataFrame({"x": x, **columns, "y": y})


def real_split(frame, plan):
    task = learn.Task(
        frame, target="y", kind=str(plan.task), metric=plan.metric, classes=list(plan.classes)
    )
    split = plan.split
    return task, learn.split(
        task,
        kind=split.kind.value,
        folds=split.folds,
        repeats=split.repeats,
        holdout=split.holdout,
        column=split.column,
        date_format=split.date_format,
    )


def decision(plan, about):
    return next(d for d in plan.decisions if d.about is about)


def split_findings(plan):
    return [finding for finding in plan.dataset.findings if finding.code == CODE]


def days(n_rows):
    return pd.date_range("2020-01-01", periods=n_rows, freq="D")


def test_rows_without_a_group_are_split_one_by_one_and_counted():
    rng = np.random.default_rng(1)
    who = np.array([None] * 220 + [f"person {i % 20}" for i in range(80)], dtype=object)
    frame = a_frame(300, rng.integers(0, 2, 300), who=rng.permutation(who))

    plan = preview(frame, "y", group="who")

    _, rows = real_split(frame, plan)
    assert plan.n_holdout == len(rows.holdout)
    assert 40 <= plan.n_holdout <= 80
    assert f"{plan.n_holdout} of 300 rows" in decision(plan, DecisionKind.HOLDOUT).why
    assert not split_findings(plan)


def test_the_number_of_held_out_rows_is_that_of_the_real_groups():
    rng = np.random.default_rng(2)
    who = np.repeat(np.arange(40), rng.integers(1, 20, 40))
    frame = a_frame(len(who), rng.integers(0, 2, len(who)), who=[f"p{i}" for i in who])

    plan = preview(frame, "y", group="who")

    _, rows = real_split(frame, plan)
    evidence = decision(plan, DecisionKind.HOLDOUT).evidence
    assert evidence["holdout_rows"] == plan.n_holdout == len(rows.holdout)
    assert evidence["holdout_groups"] == len(set(who[rows.holdout])) == 8


def test_a_group_with_most_rows_is_not_held_out():
    who = ["the big one"] * 440 + [f"p{i}" for i in range(20) for _ in range(8)]
    frame = a_frame(600, np.random.default_rng(0).integers(0, 2, 600), who=who)
    for seed in range(6):
        plan = preview(frame, "y", group="who", seed=seed)

        _, rows = real_split(frame, plan)
        assert plan.n_holdout == len(rows.holdout) <= 240
        smallest = min(len(training) for training, _ in rows.pairs)
        if smallest < len(rows.development) / 4:
            (finding,) = split_findings(plan)
            assert "because of a large group in 'who'" in finding.detail


@pytest.mark.parametrize("n_groups", [2, 3, 5])
def test_one_class_per_group_is_refused(n_groups):
    who = np.arange(200) % n_groups
    frame = a_frame(200, [f"class {i % 2 if n_groups == 2 else i}" for i in who],
                    who=[f"g{i}" for i in who])  # fmt: skip

    with pytest.raises(PlanError) as refused:
        preview(frame, "y", group="who")

    assert refused.value.what == "Can't score a model with this grouped split."
    assert "class" in refused.value.why
    assert refused.value.fix == "Choose another column with --group, or omit it."


def test_a_single_group_is_refused_with_what_to_do():
    frame = a_frame(200, np.arange(200) % 2, who=["only one"] * 200)

    with pytest.raises(TooFewRows) as refused:
        preview(frame, "y", group="who")

    assert refused.value.why == "There is 1. The minimum is two folds."
    assert refused.value.fix == "Choose another column with --group, or omit it."


def test_fewer_groups_than_folds_give_a_fold_per_group():
    rng = np.random.default_rng(3)
    frame = a_frame(300, rng.integers(0, 2, 300), who=[f"g{i % 3}" for i in range(300)])

    plan = preview(frame, "y", group="who")

    assert (plan.split.folds, plan.split.holdout, split_findings(plan)) == (3, 0.0, [])


def test_the_plan_keeps_its_time_split_with_a_holdout_that_has_both_classes():
    """The last 22% of the rows have one class: 30% are held out instead of 20%."""
    y = np.random.default_rng(4).integers(0, 2, 600)
    y[470:] = 0

    plan = preview(a_frame(600, y, day=days(600)), "y")

    assert (plan.split.kind.value, plan.split.holdout) == ("time", 0.3)
    why = decision(plan, DecisionKind.HOLDOUT).why
    assert "All 120 rows of the holdout would have the same target, 0." in why
    assert plan.n_holdout == 180
    assert not split_findings(plan)


def test_the_plan_makes_fewer_folds_if_the_first_ones_have_one_class():
    """The first fifth of the rows has one class, so the model of fold 1 couldn't be trained."""
    y = np.random.default_rng(5).integers(0, 2, 600)
    y[:110] = 0

    plan = preview(a_frame(600, y, day=days(600)), "y")

    assert (plan.split.kind.value, plan.split.holdout, plan.split.folds) == ("time", 0.2, 3)
    why = decision(plan, DecisionKind.FOLDS).why
    assert why == "Usually 5, but: The model of fold 1 would be trained on one class only, 0."
    assert decision(plan, DecisionKind.FOLDS).usual_choice == "5"


def test_the_plan_drops_its_time_split_if_no_part_of_it_can_be_scored():
    y = np.repeat([0, 1], 300)

    plan = preview(a_frame(600, y, day=days(600)), "y")

    assert plan.split.kind.value == "stratified"
    about = decision(plan, DecisionKind.SPLIT)
    assert about.why.startswith("Usually time, but: ")
    assert about.rejected[0].startswith("time: ")
    assert not split_findings(plan)


def test_a_time_split_set_by_hand_that_cannot_be_trained_on_is_refused():
    y = np.repeat([0, 1], 300)

    with pytest.raises(PlanError) as refused:
        preview(a_frame(600, y, day=days(600)), "y", time="day")

    assert refused.value.why == "The model of fold 1 would be trained on one class only, 0."
    assert refused.value.fix == (
        "Set cv.type to stratified or kfold, or add rows from other times."
    )


def test_a_holdout_set_by_hand_with_one_class_gets_a_finding_with_what_to_do():
    y = np.random.default_rng(4).integers(0, 2, 600)
    y[470:] = 0

    plan = preview(a_frame(600, y, day=days(600)), "y", time="day", holdout=0.2)

    (finding,) = split_findings(plan)
    assert finding.detail == "All 120 rows of the holdout would have the same target, 0."
    assert finding.fix == "Use --holdout 0.3."
    assert plan.split.holdout == 0.2


def test_the_finding_of_an_earlier_plan_is_not_kept():
    y = np.random.default_rng(4).integers(0, 2, 600)
    y[470:] = 0
    frame = a_frame(600, y, day=days(600))
    first = preview(frame, "y", time="day", holdout=0.2)

    second = preview(frame, "y", time="day", holdout=0.3, dataset=first.dataset)

    assert not split_findings(second)


def test_a_rare_class_gets_fewer_folds_so_that_each_has_it():
    y = np.zeros(400, dtype=int)
    y[:3] = 1

    plan = preview(a_frame(400, np.random.default_rng(0).permutation(y)), "y")

    frame = a_frame(400, np.random.default_rng(0).permutation(y))
    task, rows = real_split(frame, plan)
    for _, validation in rows.pairs[: plan.split.folds]:
        assert len(set(task.y[rows.development][validation])) == 2


@pytest.mark.parametrize("metric", [None, "r2"])
def test_a_regression_fold_of_one_value_is_avoided(metric):
    """The amount is 0 at first, so the first folds in time have one value."""
    y = np.concatenate([np.zeros(250), np.random.default_rng(0).normal(size=350) + 5])

    plan = preview(a_frame(600, y.round(4), day=days(600)), "y", metric=metric)

    task, rows = real_split(a_frame(600, y.round(4), day=days(600)), plan)
    for _, validation in rows.pairs:
        assert np.ptp(task.y[rows.development][validation]) > 0


def test_missing_and_scarce_times_are_split_as_planned():
    day = pd.Series(days(300)).where(np.arange(300) % 3 > 0)
    frame = a_frame(300, np.random.default_rng(0).integers(0, 2, 300), day=day)

    plan = preview(frame, "y", time="day")

    _, rows = real_split(frame, plan)
    assert plan.n_holdout == len(rows.holdout)
