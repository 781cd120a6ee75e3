"""Tests and distances compared with SciPy, or with their definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance

from automl_magic.learn.distributions import numeric_distribution
from automl_magic.monitor.measures.chi_square import chi_square, cramers_v
from automl_magic.monitor.measures.fisher_exact import fisher_greater, fisher_two_sided
from automl_magic.monitor.measures.jensen_shannon import jensen_shannon
from automl_magic.monitor.measures.kolmogorov_smirnov import kolmogorov_smirnov
from automl_magic.monitor.measures.kullback_leibler import kullback_leibler
from automl_magic.monitor.measures.multiple_testing import bonferroni, holm
from automl_magic.monitor.measures.population_stability import expected_psi, psi, smooth
from automl_magic.monitor.measures.range_test import out_of_range_p_value
from automl_magic.monitor.measures.shares import Shares, effective_rows, pool_rare_bins

counts = st.lists(st.integers(0, 400), min_size=2, max_size=12).filter(lambda some: sum(some) > 0)


def shares_of(reference, current):
    reference, current = np.asarray(reference, float), np.asarray(current, float)
    m, n = reference.sum(), current.sum()
    names = tuple(f"bin {i}" for i in range(len(reference)))
    return Shares(names, reference / m, current / n, m, n)


@st.composite
def two_samples(draw):
    size = draw(st.integers(2, 12))
    numbers = st.lists(st.integers(0, 400), min_size=size, max_size=size)
    return draw(numbers.filter(any)), draw(numbers.filter(any))


@given(two_samples())
def test_chi_square_matches_scipy(samples):
    table = np.array(samples)
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2:
        assert chi_square(shares_of(*samples)) == (0.0, 1.0)
        return

    expected = stats.chi2_contingency(table, correction=False)

    statistic, p_value = chi_square(shares_of(*samples))
    assert statistic == pytest.approx(expected.statistic, rel=1e-9, abs=1e-9)
    assert p_value == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-300)
    assert cramers_v(shares_of(*samples)) == pytest.approx(
        stats.contingency.association(table, method="cramer"), abs=1e-9
    )


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 300), st.integers(1, 300))
def test_fisher_matches_scipy(count, more, count_reference, more_reference):
    n, m = count + more, count_reference + more_reference
    table = [[count, more], [count_reference, more_reference]]

    expected = stats.fisher_exact(table, alternative="greater").pvalue

    assert fisher_greater(count, n, count_reference, m) == pytest.approx(
        expected, rel=1e-6, abs=1e-14
    )
    less = stats.fisher_exact(table, alternative="less").pvalue
    twice = min(1.0, 2 * min(expected, less))
    both = fisher_two_sided(count, n, count_reference, m)
    assert both == pytest.approx(twice, rel=1e-6, abs=1e-14)


@given(two_samples())
def test_the_distances_match_scipy(samples):
    shares = shares_of(*samples)
    p, q = smooth(shares)

    assert jensen_shannon(shares) == pytest.approx(distance.jensenshannon(p, q, 2), abs=1e-7)
    assert kullback_leibler(shares) == pytest.approx(stats.entropy(p, q), abs=1e-9)
    assert psi(shares) == pytest.approx(stats.entropy(p, q) + stats.entropy(q, p), abs=1e-9)


@given(counts)
def test_equal_shares_have_no_distance(some):
    shares = shares_of(some, some)

    assert psi(shares) == pytest.approx(0, abs=1e-12)
    assert jensen_shannon(shares) == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize("size", [60, 500])
def test_kolmogorov_smirnov_matches_scipy_if_all_values_are_knots(size):
    random = np.random.default_rng(1)
    trained, met = random.normal(size=150), random.normal(0.3, 1, size)
    reference = numeric_distribution(trained, 201)

    result, p_value = kolmogorov_smirnov(reference, 150, met, np.ones(size), size)

    expected = stats.ks_2samp(trained, met, method="asymp")
    # SciPy also checks just below the knots, and rounds the effective sample size.
    assert result == pytest.approx(expected.statistic, abs=1 / size + 1 / 150)
    assert p_value == pytest.approx(expected.pvalue, rel=0.5)


def test_kolmogorov_smirnov_on_quantiles_keeps_its_level():
    random = np.random.default_rng(2)
    trained = random.normal(size=20_000)
    reference = numeric_distribution(trained, 21)
    windows = [random.choice(trained, 300) for _ in range(600)]

    alarms = [
        kolmogorov_smirnov(reference, 20_000, one, np.ones(300), 300)[1] < 0.05 for one in windows
    ]

    assert np.mean(alarms) <= 0.05


@given(st.integers(1, 40), st.integers(40, 400), st.integers(3, 5_000))
def test_the_count_outside_the_range_is_beta_binomial(count, n, m):
    expected = stats.betabinom.pmf(np.arange(count, n + 1), n, 2, m - 1).sum()

    assert out_of_range_p_value(count, n, m) == pytest.approx(expected, rel=1e-6, abs=1e-300)


def test_the_range_test_keeps_its_level_without_a_shift():
    random = np.random.default_rng(3)
    p_values = []
    for _ in range(2_000):
        trained, met = random.exponential(size=100), random.exponential(size=100)
        outside = np.sum((met < trained.min()) | (met > trained.max()))
        p_values.append(out_of_range_p_value(outside, 100, 100))

    for level in (0.2, 0.05, 0.01):
        assert np.mean(np.array(p_values) <= level) <= level + 3 * np.sqrt(level / 2_000)


def test_psi_of_two_shares_by_hand():
    shares = shares_of([500_000, 500_000], [600_000, 400_000])

    by_hand = 0.1 * np.log(0.6 / 0.5) + (-0.1) * np.log(0.4 / 0.5)
    assert psi(shares) == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize(("n", "m"), [(200, 5_000), (500, 500), (2_000, 50_000)])
def test_expected_psi_matches_the_simulated_mean(n, m):
    random = np.random.default_rng(4)
    share = np.full(10, 0.1)
    windows = [
        shares_of(random.multinomial(m, share), random.multinomial(n, share)) for _ in range(2_000)
    ]

    mean = np.mean([psi(one) for one in windows])

    assert mean == pytest.approx(expected_psi(windows[0]), rel=0.08)


def test_holm_adjusts_by_the_number_of_remaining_tests():
    adjusted = holm([0.01, 0.04, 0.03, 0.005])

    assert adjusted == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert list(holm([])) == []
    assert bonferroni([0.01, 0.4]) == pytest.approx(0.02)
    assert bonferroni([0.9, 0.8]) == 1.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_lies_between_no_correction_and_bonferroni(p_values):
    adjusted = holm(p_values)

    assert (adjusted >= np.array(p_values) - 1e-12).all()
    assert (adjusted <= np.minimum(1, np.array(p_values) * len(p_values)) + 1e-12).all()
    assert (np.diff(adjusted[np.argsort(p_values, kind="stable")]) >= -1e-12).all()


def test_weighted_rows_have_fewer_effective_rows():
    assert effective_rows(np.ones(50)) == 50
    assert effective_rows(np.array([9.0, 1.0, 1.0, 1.0])) == pytest.approx(144 / 84)
    assert effective_rows(np.array([])) == 0


def test_rare_bins_of_the_reference_are_merged():
    shares, last_is_rare = pool_rare_bins(
        ("a", "b", "c", "d"),
        np.array([0.6, 0.395, 0.003, 0.002]),
        np.array([0.5, 0.3, 0.1, 0.1]),
        10_000,
        500,
        other_name="rest",
    )

    assert shares.names == ("a", "b", "rest")
    assert shares.reference == pytest.approx([0.6, 0.395, 0.005])
    assert shares.current == pytest.approx([0.5, 0.3, 0.2])
    assert last_is_rare
