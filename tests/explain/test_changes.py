"""Permutation importance, partial dependence and counterfactuals."""

import numpy as np
import pandas as pd
import pytest

from automl_magic import explain
from automl_magic.errors import PlanError
from automl_magic.explain.sections import sections
from automl_magic.explain.time_budget import TimeBudget


def test_a_shuffled_column_that_decides_costs_more_than_noise(found):
    subject = found.subject()
    explain.refit(subject)

    explain.permutation(subject)

    section = subject.sections["permutation"]
    losses = {one.column: one for one in section.columns}
    assert section.columns[0].column == "age"
    assert losses["age"].low > losses["noise"].high
    assert losses["noise"].low <= 0.05 * losses["age"].increase
    assert section.refitted
    assert section.repeats == 5


def test_the_test_model_was_not_trained_on_its_rows(binary):
    subject = binary.subject()

    shown = explain.refit(subject)

    assert "without " in repr(shown)
    rows = subject.rows(subject.unseen.test_rows)
    assert not np.array_equal(subject.predict(rows), subject.predict(rows, subject.test_model))


def test_a_refit_that_takes_too_long_is_skipped_with_a_note(binary):
    subject = binary.subject(budget_s=0.001)

    shown = explain.refit(subject)
    explain.permutation(subject)

    assert repr(shown).startswith("Not fitted: it took 0.0 s in the search")
    assert not subject.sections["permutation"].refitted
    assert "was trained on these rows" in subject.sections["permutation"].notes[0]


def test_dependence_follows_the_column_over_values_of_the_table(found):
    subject = found.subject()
    explain.dependence(subject)
    of = {one.column: one for one in subject.sections["dependence"].columns}

    age = of["age"]
    line = next(line for line in age.lines if line.output == subject.outputs[-1])
    assert line.mean[-1] > line.mean[0]
    assert set(age.grid) <= set(subject.table["age"].tolist())
    assert list(age.grid) == sorted(age.grid)
    assert sum(age.density) == pytest.approx(1 - np.isnan(subject.table["age"]).mean(), abs=1e-3)
    assert not of["city"].ordered
    assert of["city"].grid[0] == "Oslo"
    assert all("," in value for value in of["paid"].grid)
    assert of["since"].grid[0] < of["since"].grid[-1]
    for one in (of["paid"], of["since"]):
        assert list(one.positions) == sorted(one.positions)
    assert of["paid"].positions[0] == float(of["paid"].grid[0].replace(",", "."))
    assert of["city"].positions == ()


def test_a_counterfactual_is_verified_and_keeps_immutable_columns(found):
    subject = found.subject(immutable=["city", "noise"])

    explain.counterfactuals(subject)

    assert "counterfactuals" not in subject.skipped
    cases = subject.sections["counterfactuals"].cases
    several = [(case, one) for case in cases for one in case.counterfactuals]
    assert several
    for case, one in several:
        changed = {change.column for change in one.changes}
        assert changed
        assert not changed & {"city", "noise"}
        row = found.frame.iloc[[case.row]].copy()
        for change in one.changes:
            assert change.was != change.becomes
            becomes = change.becomes
            if change.column == "since":
                becomes = pd.Timestamp(becomes)
            row[change.column] = [becomes]
        said = subject.model.predict(row)[0]
        if case.desired_class is None:
            low = -np.inf if case.desired_low is None else case.desired_low
            high = np.inf if case.desired_high is None else case.desired_high
            assert low - 1e-3 <= said <= high + 1e-3
        else:
            assert said == subject.recipe.classes[case.desired_class] == one.prediction
            assert one.prediction != case.prediction


def test_a_counterfactual_keeps_within_the_ranges_it_is_given(binary):
    subject = binary.subject(immutable=["city", "street", "since", "paid", "noise"])

    explain.counterfactuals(subject, ranges={"age": [40, 50]})

    section = subject.sections["counterfactuals"]
    ages = [
        change.becomes
        for case in section.cases
        for one in case.counterfactuals
        for change in one.changes
    ]
    assert all(40 <= age <= 50 for age in ages)
    assert any(case.why_none for case in section.cases)


@pytest.mark.parametrize("bounds", [{"city": [1, 2]}, {"age": [5, 1]}, {"age": "old"}])
def test_an_invalid_range_is_refused(bounds, binary):
    with pytest.raises(PlanError, match=r"The range of '(city|age)' is invalid\."):
        explain.counterfactuals(binary.subject(), ranges=bounds)


def test_unused_time_goes_to_later_sections():
    clock = TimeBudget(100.0)
    first, *_, last = [one.time_share for one in sections() if one.time_share]

    assert 10 < clock.share_s(first) < 33
    assert clock.share_s(last) > 99
    late = TimeBudget(10.0, started=clock.started - 1000)
    assert late.share_s(first) == pytest.approx(0.4)
