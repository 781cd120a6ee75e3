"""The contributions of the changes add up to the difference for any model."""

import math

import pytest

from automl_magic.what_if.contributions import MAX_EXACT, ORDERS, shapley_contributions

BEFORE = dict.fromkeys("abcdefghij", 0.0)
AFTER = {name: float(i + 1) for i, name in enumerate("abcdefghij")}


def additive(row):
    return sum((i + 1) * row[name] for i, name in enumerate("abcdefghij"))


def tangled(row):
    return row["a"] * row["b"] + math.tanh(row["c"] - row["a"]) + row["d"]


def test_in_an_additive_model_each_column_contributes_its_own_effect():
    found = shapley_contributions(additive, BEFORE, AFTER, ["a", "c"])

    assert found == {"a": pytest.approx(1.0), "c": pytest.approx(9.0)}


def test_an_interaction_is_shared_equally():
    both = shapley_contributions(
        lambda row: row["a"] * row["b"], BEFORE, {**AFTER, "a": 2, "b": 3}, ["a", "b"]
    )

    assert both == {"a": pytest.approx(3.0), "b": pytest.approx(3.0)}


@pytest.mark.parametrize("n", [1, 3, MAX_EXACT, MAX_EXACT + 2, 10])
def test_contributions_add_up_to_the_difference(n):
    changed = list("abcdefghij")[:n]
    after = {**BEFORE, **{name: AFTER[name] for name in changed}}

    found = shapley_contributions(tangled, BEFORE, after, changed)

    assert sum(found.values()) == pytest.approx(tangled(after) - tangled(BEFORE))


def test_the_model_predicts_each_combination_once():
    asked = []

    def counted(row):
        asked.append(row)
        return additive(row)

    shapley_contributions(counted, BEFORE, AFTER, list("abcdef"))
    few = len(asked)
    asked.clear()
    shapley_contributions(counted, BEFORE, AFTER, list("abcdefghij"))

    assert few == 2**6
    assert len(asked) <= ORDERS * 10 + 1


def test_without_changes_there_are_no_contributions():
    assert shapley_contributions(additive, BEFORE, BEFORE, []) == {}
