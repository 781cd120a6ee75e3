"""Columns that an experiment names are there, and may be used so."""

import pytest

from automl_magic.errors import PlanError


@pytest.mark.parametrize(
    ("asked", "what", "fix"),
    [
        (
            {"features": {"exclude": ["ages"]}},
            "The data has no column 'ages', which is set in features.exclude.",
            "Use 'age'.",
        ),
        (
            {"features": {"kinds": {"zzz": "number"}}},
            "The data has no column 'zzz', which is set in features.kinds.",
            "Remove 'zzz' from features.kinds.",
        ),
        (
            {"sensitive": ["citi"]},
            "The data has no column 'citi', which is set in sensitive.",
            "Use 'city'.",
        ),
        (
            {"features": {"kinds": {"age": "numbr"}}},
            "Can't set the kind of column 'age' to 'numbr'.",
            "Use number.",
        ),
        (
            {"features": {"exclude": ["churn"]}},
            "The target 'churn' is excluded.",
            "Remove 'churn' from features.exclude.",
        ),
    ],
)
def test_a_column_that_cannot_be_used_so_is_refused(plan, customers, asked, what, fix):
    with pytest.raises(PlanError) as refused:
        plan(customers, target="churn", **asked)

    assert (refused.value.what, refused.value.fix) == (what, fix)


def test_an_excluded_column_is_left_out_with_the_reason(plan, customers):
    new_plan = plan(customers, target="churn", features={"exclude": ["age"]})

    (decision,) = [d for d in new_plan.decisions if d.label == "column age"]
    assert decision.why == "You excluded it."
    assert all("age" not in step.columns for step in new_plan.views["dense"])


def test_a_kind_that_was_asked_for_replaces_the_inferred_one(plan, customers):
    new_plan = plan(customers, target="churn", features={"kinds": {"age": "category"}})

    (step,) = [step for step in new_plan.views["tree"] if "age" in step.columns]
    assert step.kind == "category"


def test_a_name_of_ten_thousand_characters_does_not_flood_an_error(plan, customers):
    with pytest.raises(PlanError) as refused:
        plan(customers, target="churn", sensitive=["x" * 10_000])

    assert len(str(refused.value)) < 500
