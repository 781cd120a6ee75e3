"""Groups, their measures and the gaps between them."""

import fairlearn.metrics
import numpy as np
import pytest

from automl_magic import explain
from automl_magic.explain.fairness_groups import assign_groups


@pytest.fixture
def measured(binary):
    subject = binary.subject(sensitive=["group", "age"])
    limits = {"demographic_parity_difference": 0.0001, "no_such_gap": 1.0}
    explain.fairness(subject, limits=limits)
    return subject, subject.sections["fairness"]


def test_gaps_are_those_of_fairlearn_over_the_groups_that_are_large_enough(measured):
    subject, found = measured
    unseen = subject.unseen
    group = subject.table["group"][unseen.rows]
    large = np.isin(group, ["x", "y"])
    said = subject.codes(unseen.predicted)

    gaps = {gap.name: gap.measure for gap in found.columns[0].gaps}

    for name in (
        "demographic_parity_difference",
        "demographic_parity_ratio",
        "equalized_odds_difference",
        "equal_opportunity_difference",
    ):
        wanted = getattr(fairlearn.metrics, name)(
            unseen.y[large], said[large], sensitive_features=group[large]
        )
        assert gaps[name].value == pytest.approx(wanted, abs=1e-5)
        assert gaps[name].low <= gaps[name].high


def test_a_small_group_is_shown_and_marked(measured):
    groups = {group.name: group for group in measured[1].columns[0].groups}

    assert groups["rare"].is_small
    assert not groups["x"].is_small
    assert groups["x"].measures["selection_rate"].low > 0
    assert sum(group.rows for group in groups.values()) == measured[1].rows


def test_a_number_is_grouped_by_quartile_with_a_missing_group(measured):
    column = measured[1].columns[1]

    assert column.grouped.startswith("by quartile, at ")
    assert [group.name for group in column.groups][-1] == "(missing)"
    assert len(column.groups) == 5


def test_limits_are_met_or_exceeded_and_unknown_ones_are_noted(measured):
    gaps = {gap.name: gap for gap in measured[1].columns[0].gaps}

    assert gaps["demographic_parity_difference"].within_limit is False
    assert gaps["accuracy_difference"].within_limit is None
    assert any("Unknown limits are ignored: no_such_gap" in note for note in measured[1].notes)


def test_the_groups_of_a_regression_have_errors(make_search):
    subject = make_search("regression").subject(sensitive=["group"])

    explain.fairness(subject)

    (column,) = subject.sections["fairness"].columns
    off = subject.unseen.y - subject.unseen.predicted
    of_x = subject.table["group"][subject.unseen.rows] == "x"
    group = next(group for group in column.groups if group.name == "x")
    assert group.measures["mean_error"].value == pytest.approx(off[of_x].mean(), rel=1e-4)
    assert {gap.name for gap in column.gaps} == {
        "mean_error_difference",
        "mean_absolute_error_difference",
    }


def test_rare_values_are_one_group():
    values = np.array([f"v{i % 20}" for i in range(200)] + [None], dtype=object)

    found = assign_groups(values)

    assert len(found.names) == 12
    assert found.names[-1] == "(all others)"
    assert np.bincount(found.of_row).sum() == 201
