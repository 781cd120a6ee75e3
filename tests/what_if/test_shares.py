"""What each change is worth adds up to the whole difference, whatever the model."""

import math

import pytest

from automl_magic.what_if.shares import EXACT, ORDERS, shares

BEFORE = dict.fromkeys("abcdefghij", 0.0)
AFTER = {name: float(i + 1) for i, name in enumerate("abcdefghij")}


def additive(row):
    return sum((i + 1) * row[name] for i, name in enumerate("abcdefghij"))


def tangled(row):
    return row["a"] * row["b"] + math.tanh(row["c"] - row["a"]) + row["d"]


def test_where_columns_only_add_up_each_is_worth_its_own_part():
    found = shares(additive, BEFORE, AFTER, ["a", "c"])

    assert found == {"a": pytest.approx(1.0), "c": pytest.approx(9.0)}


def test_two_that_work_together_share_alike():
    both = shares(lambda row: row["a"] * row["b"], BEFORE, {**AFTER, "a": 2, "b": 3}, ["a", "b"])

    assert both == {"a": pytest.approx(3.0), "b": pytest.approx(3.0)}


@pytest.mark.parametrize("n", [1, 3, EXACT, EXACT + 2, 10])
def test_all_worths_make_up_the_whole_difference(n):
    changed = list("abcdefghij")[:n]
    after = {**BEFORE, **{name: AFTER[name] for name in changed}}

    found = shares(tangled, BEFORE, after, changed)

    assert sum(found.values()) == pytest.approx(tangled(after) - tangled(BEFORE))


def test_the_model_is_asked_no_more_often_than_there_are_combinations():
    asked = []

    def counted(row):
        asked.append(row)
        return additive(row)

    shares(counted, BEFORE, AFTER, list("abcdef"))
    few = len(asked)
    asked.clear()
    shares(counted, BEFORE, AFTER, list("abcdefghij"))

    assert few == 2**6
    assert len(asked) <= ORDERS * 10 + 1


def test_nothing_changed_is_worth_nothing():
    assert shares(additive, BEFORE, BEFORE, []) == {}
