"""Whether models use the columns that look personal."""

import numpy as np
import pandas as pd
import pytest

from automl_magic.data import profile
from automl_magic.errors import PlanError
from automl_magic.planning import make_plan
from automl_magic.recipe import select_columns
from automl_magic.records import ExperimentSpec
from automl_magic.records.plans.experiment import Features


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    who = rng.integers(0, 60, 300)
    return pd.DataFrame(
        {
            "mail": [f"person{i}@example.org" for i in who],
            "ticket": [f"person{i}-{n}@example.org" for n, i in enumerate(who)],
            "card": [[4111111111111111, 5500005555555559][i % 2] for i in who],
            "note": [
                f"write to person{i}@example.org for order {n}, soon" for n, i in enumerate(who)
            ],
            "spend": rng.normal(size=300),
            "left": np.where(rng.random(300) < 0.4, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def dataset(frame):
    return profile(frame, name="people", source="people.csv", read={}, target="left")


@pytest.fixture(scope="module")
def planned(frame, dataset):
    def plan(**features):
        chosen = Features(**features)
        experiment = ExperimentSpec(data="people.csv", target="left", features=chosen)
        return make_plan(
            experiment,
            dataset,
            lambda names: select_columns(frame, names),
            n_cores=2,
            memory_bytes=8 * 10**9,
        )

    return plan


def steps_of(plan, column):
    return {s.kind for steps in plan.views.values() for s in steps if column in s.columns}


def test_a_personal_column_is_no_feature_and_the_reason_says_how_to_include_it(planned):
    plan = planned()
    reasons = {d.name: d for d in plan.decisions if d.excludes_column}

    assert {"mail", "card", "note"} <= set(reasons)
    assert steps_of(plan, "mail") == set()
    assert "look personal (card number)" in reasons["card"].why
    assert "--include 'mail'" in reasons["mail"].rejected[0]
    assert "--include" not in reasons["note"].rejected[0]


def test_a_column_named_by_the_user_is_used_and_the_decision_says_so(planned):
    plan = planned(include=("mail",))
    (decision,) = [d for d in plan.decisions if d.name == "mail"]

    assert decision.choice == "included"
    assert "keyed hashes" in decision.why
    assert steps_of(plan, "mail")


def test_included_numbers_are_labels_because_splits_would_reveal_them(planned):
    plan = planned(include=("card",))

    assert steps_of(plan, "card") <= {"category", "one_hot", "target_mean", "cross", "group"}
    for steps in plan.views.values():
        for step in steps:
            if step.kind == "group" and "card" in step.columns:
                assert "card" in step.params["by"]


def test_an_included_column_that_differs_in_every_row_is_used_too(planned, dataset):
    assert dataset.column("ticket").kind == "id"
    assert steps_of(planned(include=("ticket",)), "ticket")


def test_setting_a_kind_includes_no_personal_column(planned):
    assert steps_of(planned(kinds={"mail": "category"}), "mail") == set()


def test_free_text_with_personal_data_cannot_be_included(planned):
    with pytest.raises(PlanError) as raised:
        planned(include=("note",))
    assert "note" in raised.value.what
    assert "stores the words" in raised.value.why


def test_an_excluded_column_stays_excluded_by_the_user(planned):
    (decision,) = [d for d in planned(exclude=("mail",)).decisions if d.name == "mail"]

    assert decision.why == "You excluded it."
