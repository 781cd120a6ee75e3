"""Comparison of a column with its reference: frequent values, rare categories, weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl_magic.learn.distributions import categorical_distribution, numeric_distribution
from automl_magic.monitor.compare.categories import compare_categories
from automl_magic.monitor.compare.numeric import (
    bin_cuts,
    bin_labels,
    compare_numbers,
    cumulative_share,
)
from automl_magic.monitor.compare.verdict import judge_columns
from automl_magic.records.monitoring.drift import DriftSeverity, DriftThresholds
from automl_magic.records.monitoring.reference import CategoricalDistribution, NumericDistribution

values = st.lists(
    st.one_of(st.floats(-1e6, 1e6), st.integers(-5, 5).map(float)), min_size=1, max_size=400
)


@given(values, st.sampled_from([11, 21, 201]))
def test_a_reference_of_numbers_counts_exactly(some, n_knots):
    numbers = numeric_distribution(np.array(some), n_knots)

    assert len(numbers.knots) <= n_knots + 50
    for knot, below in zip(numbers.knots, numbers.below, strict=True):
        assert below == pytest.approx(np.mean(np.array(some) <= knot), abs=1e-6)
    assert numbers.below[-1] == 1.0
    assert NumericDistribution.from_json(numbers.to_json()) == numbers


@given(values)
def test_bins_cover_all_values_and_do_not_split_frequent_values(some):
    numbers = numeric_distribution(np.array(some), 201)
    cuts = bin_cuts(numbers)

    shares = np.diff([0.0, *(cumulative_share(numbers, cut) for cut in cuts), 1.0])
    assert shares.sum() == pytest.approx(1)
    assert len(shares) <= 20
    assert cuts == sorted(set(cuts))


def test_the_order_of_the_rows_does_not_matter():
    random = np.random.default_rng(0)
    numbers, texts = random.normal(size=500), [f"l{i}" for i in random.integers(0, 40, 500)]
    order = random.permutation(500)

    assert numeric_distribution(numbers, 21) == numeric_distribution(numbers[order], 21)
    assert categorical_distribution(texts, 10) == categorical_distribution(
        [texts[i] for i in order], 10
    )


def test_a_column_without_values_has_no_reference():
    assert numeric_distribution(np.array([]), 21) is None
    assert categorical_distribution([], 10) is None


def test_categories_have_a_share_of_unlisted_values():
    result = categorical_distribution(["a"] * 6 + ["b"] * 3 + ["c"], 2)

    assert result == CategoricalDistribution(
        levels=("a", "b"), shares=(0.6, 0.3), other=0.1, n_levels=3, n_once=1
    )
    assert not result.are_all


def one(found):
    ((severity, _),) = judge_columns([found], DriftThresholds(), 0.005)
    return severity


def test_fewer_zeros_are_detected():
    random = np.random.default_rng(1)
    trained = np.where(random.random(5_000) < 0.7, 0.0, random.gamma(2, 10, 5_000))
    met = np.where(random.random(800) < 0.3, 0.0, random.gamma(2, 10, 800))
    reference = numeric_distribution(trained, 201)

    assert one(compare_numbers(reference, 5_000, met, np.ones(800))) is DriftSeverity.CRITICAL
    same = np.where(random.random(800) < 0.7, 0.0, random.gamma(2, 10, 800))
    assert one(compare_numbers(reference, 5_000, same, np.ones(800))) is DriftSeverity.OK


@pytest.mark.parametrize("rare", [0.0, 0.001, 0.03])
def test_rare_values_on_both_sides_of_a_frequent_value_are_detected(rare):
    random = np.random.default_rng(2)
    reference = numeric_distribution(np.where(random.random(20_000) < rare, -1.0, 5.0), 201)
    met = np.where(random.random(500) < 0.4, -1.0, 5.0)

    result = compare_numbers(reference, 20_000, met, np.ones(500))

    assert result.p_value < 1e-12
    assert one(result) is DriftSeverity.CRITICAL


def test_bins_have_readable_labels():
    assert bin_labels(bin_cuts(numeric_distribution(np.full(50, 0.0), 21))) == ("< 0", "0", "> 0")
    spread = numeric_distribution(np.arange(100.0), 21)
    assert bin_labels(bin_cuts(spread, 4)) == ("≤ 24", "24 to 49", "49 to 74", "> 74")
    assert bin_labels([]) == ("all",)


def test_a_rare_flag_that_becomes_frequent_is_detected():
    reference = categorical_distribution(["False"] * 9_990 + ["True"] * 10, 100)

    result = compare_categories(reference, 10_000, ["True"] * 150 + ["False"] * 350, np.ones(500))

    assert one(result) is DriftSeverity.CRITICAL
    names = [test.name for test in result.statistics]
    assert "fisher_rare" in names
    calm = compare_categories(reference, 10_000, ["True"] * 2 + ["False"] * 498, np.ones(500))
    assert one(calm) is DriftSeverity.OK


def test_new_categories_count_as_other():
    reference = categorical_distribution(["a", "b"] * 500, 100)

    result = compare_categories(reference, 1_000, ["new"] * 300 + ["a", "b"] * 100, np.ones(500))

    assert one(result) is DriftSeverity.CRITICAL
    assert result.histogram.bins == ("a", "b", "(other)")
    assert result.histogram.current == pytest.approx((0.2, 0.2, 0.6))


def test_values_outside_the_training_range_have_the_maximum_distance():
    reference = numeric_distribution(np.arange(1_000.0), 201)
    for met in (np.full(200, -1.0), np.full(200, 1e9)):
        result = compare_numbers(reference, 1_000, met, np.ones(200))
        assert result.psi > 2
        assert one(result) is DriftSeverity.CRITICAL


def test_rows_with_sample_rate_a_tenth_count_ten_times():
    random = np.random.default_rng(3)
    reference = numeric_distribution(random.normal(size=5_000), 201)
    # One in ten of the high values was logged. With weights, there's no shift.
    everything = random.normal(size=6_000)
    kept = (everything < 0.5) | (random.random(6_000) < 0.1)
    met = everything[kept]
    weights = np.where(met < 0.5, 1.0, 10.0)

    weighted = compare_numbers(reference, 5_000, met, weights)
    unweighted = compare_numbers(reference, 5_000, met, np.ones(len(met)))

    assert one(weighted) is DriftSeverity.OK
    assert weighted.effective_rows < len(met) / 2
    assert one(unweighted) is not DriftSeverity.OK


def test_a_significant_but_small_shift_raises_no_alert():
    random = np.random.default_rng(4)
    reference = numeric_distribution(random.normal(size=100_000), 201)

    result = compare_numbers(reference, 100_000, random.normal(0.1, 1, 50_000), np.ones(50_000))

    assert result.p_value < 1e-9
    assert one(result) is DriftSeverity.OK


def test_a_large_but_insignificant_shift_raises_no_alert():
    reference = numeric_distribution(np.random.default_rng(5).normal(size=1_000), 201)

    result = compare_numbers(reference, 1_000, np.array([1.2, 0.8, 1.9]), np.ones(3))

    assert one(result) is DriftSeverity.OK
