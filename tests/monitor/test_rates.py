"""Detection rates: a PSI of 0.25 is detected, and no shift raises no alert."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import beta, norm

from automl_magic.learn.distributions import categorical_distribution, numeric_distribution
from automl_magic.monitor.compare.categories import compare_categories
from automl_magic.monitor.compare.numeric import compare_numbers
from automl_magic.monitor.compare.verdict import judge_columns
from automl_magic.monitor.sections import features
from automl_magic.records.monitoring.drift import DriftThresholds
from automl_magic.records.monitoring.reference import NumericDistribution

TRAINED = 5_000
THRESHOLDS = DriftThresholds()
ALPHA = THRESHOLDS.alpha * features.SECTION.alpha_share
LEVELS = np.array([0.4, 0.2, 0.15, 0.1, 0.06, 0.04, 0.03, 0.01, 0.007, 0.003])
NAMES = np.array([f"level {i}" for i in range(len(LEVELS))])
DECILES = norm.ppf(np.linspace(0, 1, 11))


def psi_of(p, q):
    return float(np.sum((p - q) * np.log(p / q)))


def shift_of(psi):
    """Return the shift of a normal distribution for which its deciles have this PSI."""
    tenth = np.full(10, 0.1)
    return brentq(lambda by: psi_of(np.diff(norm.cdf(DECILES - by)), tenth) - psi, 0.01, 3)


def shares_of(psi):
    """Return shares of categories with this PSI: a part of the first moves to the third."""

    def moved(part):
        shares = LEVELS.copy()
        shares[0] -= part
        shares[2] += part
        return shares

    return moved(brentq(lambda part: psi_of(moved(part), LEVELS) - psi, 0.001, 0.39))


class Stream:
    """Columns with references, and their windows with and without a shift."""

    def __init__(self, n_columns, kind, seed):
        self.random = np.random.default_rng(seed)
        self.kinds = [
            kind if kind != "mixed" else ("number", "level")[i % 2] for i in range(n_columns)
        ]
        n_knots = 201 if n_columns <= 50 else 11
        self.references = [
            numeric_distribution(self.random.normal(size=TRAINED), n_knots)
            if one == "number"
            else categorical_distribution(list(self.random.choice(NAMES, TRAINED, p=LEVELS)), 100)
            for one in self.kinds
        ]

    def judged(self, n_rows, *, psi=0.0):
        """Return the columns with alerts in a new window. The first column is shifted."""
        ones = np.ones(n_rows)
        result = []
        for i, reference in enumerate(self.references):
            moves = psi if i == 0 else 0.0
            if isinstance(reference, NumericDistribution):
                values = self.random.normal(shift_of(psi) if moves else 0.0, 1, n_rows)
                result.append(compare_numbers(reference, TRAINED, values, ones))
            else:
                shares = shares_of(psi) if moves else LEVELS
                texts = self.random.choice(NAMES, n_rows, p=shares)
                result.append(compare_categories(reference, TRAINED, texts.tolist(), ones))
        severities = judge_columns(result, THRESHOLDS, ALPHA)
        return [severity.raises_alert for severity, _ in severities]


def rates(kind, n_columns, n_rows, windows, seed=0, references=5):
    """Return the numbers of windows with a false alarm and with a detected shift.

    The reference is drawn anew now and then: a bad one must not be lucky for all windows.
    """
    false = result = 0
    for part in range(references):
        stream = Stream(n_columns, kind, (seed, part))
        for _ in range(windows // references):
            false += any(stream.judged(n_rows))
            result += stream.judged(n_rows, psi=0.25)[0]
    return false, result


def at_most(share, n, confidence=0.999):
    """Return the maximum of n windows that's plausible if the true share is `share`."""
    return next(k for k in range(n + 1) if beta.cdf(share, k + 1, n - k) < 1 - confidence)


@pytest.mark.parametrize("kind", ["number", "level"])
def test_a_psi_of_a_quarter_is_detected_and_no_shift_raises_no_alert(kind):
    false, result = rates(kind, 10, 1_000, 50)

    assert false == 0
    assert result == 50


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["number", "level", "mixed"])
@pytest.mark.parametrize(("n_columns", "windows"), [(10, 1_000), (50, 400), (500, 100)])
def test_both_rates_hold_over_many_windows(kind, n_columns, windows):
    false, result = rates(kind, n_columns, 1_000, windows)

    assert false <= 0.01 * windows
    assert result >= 0.95 * windows


@pytest.mark.long
@pytest.mark.parametrize("kind", ["number", "level"])
@pytest.mark.parametrize("n_rows", [50, 100, 250])
def test_small_windows_raise_no_false_alarms(kind, n_rows):
    windows = 1_000

    false, result = rates(kind, 10, n_rows, windows)

    assert false <= at_most(0.01, windows)
    if n_rows == 250:
        assert result >= 0.95 * windows


@pytest.mark.long
def test_a_reference_of_few_rows_does_not_alarm_by_itself():
    random = np.random.default_rng(9)
    false = 0
    for _ in range(500):
        trained = random.normal(size=60)
        reference = numeric_distribution(trained, 201)
        result = [compare_numbers(reference, 60, random.normal(size=2_000), np.ones(2_000))]
        false += any(
            severity.raises_alert for severity, _ in judge_columns(result, THRESHOLDS, ALPHA)
        )

    assert false <= at_most(0.01, 500)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_real_model_has_at_most_1_percent_false_alarms(binary, make_people):
    """All cells together, with predictions and scores of a fitted model."""
    from automl_magic.monitor import calibration, features, performance, prediction, quality
    from automl_magic.monitor.cells.finish import build_report

    alarms = []
    for seed in range(120):
        watch = binary.watch(make_people(500, seed=1_000 + seed))
        for cell in (prediction, features, quality, performance, calibration):
            cell(watch)
        alarms += [
            (seed, one.kind, one.subject) for one in build_report(watch, run_id="x").breaches
        ]

    assert len({seed for seed, _, _ in alarms}) <= at_most(0.01, 120), alarms
