"""Sections on windows of a real model: real drift raises alerts with a reason, chance doesn't."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from automl_magic import monitor
from automl_magic.errors import MonitorError
from automl_magic.monitor.cells.finish import build_report
from automl_magic.monitor.measures.shares import effective_rows
from automl_magic.monitor.model import load_monitored_model
from automl_magic.monitor.scoring import score_of, standard_error
from automl_magic.monitor.sections.calibration import calibration_test, ece
from automl_magic.monitor.sections.evidently import draw_reference
from automl_magic.monitor.sections.performance import score_loss, trend
from automl_magic.monitor.sections.traffic import latency_quantiles
from automl_magic.monitor.window import Requests
from automl_magic.recipe import save_model
from automl_magic.records import RecordProblem, Score
from automl_magic.records.models.deployment import Slos
from automl_magic.records.monitoring.drift import DriftReport, DriftSeverity, ScoreBucket
from automl_magic.records.monitoring.reference import ConfidenceBin

CELLS = ("prediction", "features", "quality", "performance", "calibration", "traffic")


def judged(watch, *cells):
    for cell in cells or CELLS:
        displayed = getattr(monitor, cell)(watch)
        assert repr(displayed)
        assert displayed._repr_html_()
    return build_report(watch, run_id="run-1")


def by_name(found):
    return {one.column: one for one in found}


def test_a_window_like_the_training_data_has_no_findings(binary, make_people):
    report = judged(binary.watch(make_people(800, seed=11)))

    assert report.severity is DriftSeverity.OK
    assert report.breaches == ()
    assert report.summary.startswith("No significant change")
    assert DriftReport.from_json(report.to_json()) == report


def test_a_drifted_column_and_the_predictions_are_reported_first(binary, make_people):
    report = judged(binary.watch(make_people(800, seed=12, age=8.0)))

    worst = report.features[0]
    assert (worst.column, worst.severity) == ("age", DriftSeverity.CRITICAL)
    assert worst.psi > 0.25
    assert "the mean changed from 44.6" in worst.why
    assert report.prediction.severity.raises_alert
    assert sum(one.severity.raises_alert for one in report.features) == 1
    kinds = {one.kind for one in report.breaches}
    assert {"feature_drift", "prediction_drift", "calibration"} <= kinds
    assert all(one.link.run_id == "run-1" for one in report.breaches)


@pytest.mark.parametrize("kind", ["regression", pytest.param("multiclass", marks=pytest.mark.long)])
def test_other_tasks_have_their_own_sections(kind, make_model, make_people):
    model = make_model(kind)
    calm = judged(model.watch(make_people(800, seed=13)), "prediction", "performance")
    change = judged(model.watch(make_people(800, seed=13, age=15.0)))

    assert calm.severity is DriftSeverity.OK
    assert change.prediction.severity.raises_alert
    assert change.performance.severity is DriftSeverity.CRITICAL
    assert change.performance.loss > 0.1
    skipped = {one.section for one in change.skipped}
    assert ("calibration" in skipped) == (kind == "regression")


def test_missing_new_out_of_range_and_absent_values_are_reported(binary, make_people):
    frame = make_people(600, seed=14).drop(columns=["active"])
    frame.loc[:150, "visits"] = None
    frame.loc[:60, "city"] = "Atlantis"
    frame.loc[100:140, "age"] = 900.0
    frame["paid"] = frame["paid"].astype(object)
    frame.loc[200:240, "paid"] = "unknown"
    frame["clerk"] = "x"

    report = judged(binary.watch(frame), "features", "quality")

    result = {(one.column, one.problem): one for one in report.quality}
    assert result["visits", "missing"].severity is DriftSeverity.CRITICAL
    assert result["city", "new_category"].examples == ("Atlantis",)
    assert result["age", "out_of_range"].examples == ("900",)
    assert result["paid", "unreadable"].severity is DriftSeverity.CRITICAL
    assert result["active", "absent"].severity is DriftSeverity.CRITICAL
    assert result["clerk", "unexpected"].severity is DriftSeverity.OK
    assert by_name(report.features)["active"].severity is DriftSeverity.UNJUDGED


def test_values_of_personal_columns_are_neither_stored_nor_shown(binary, make_people):
    column = binary.watched.reference.column("email")
    frame = make_people(600, seed=15)
    frame["email"] = "someone@example.com"

    report = judged(binary.watch(frame), "features", "quality")

    assert (column.personal, column.distribution, column.low, column.high) == (
        True,
        None,
        None,
        None,
    )
    assert by_name(report.features)["email"].severity is DriftSeverity.UNJUDGED
    assert "example.com" not in str(report.to_json())
    assert "example.org" not in (binary.folder / "reference.json").read_text()


NOTHING = {
    "no row": lambda frame: frame[:0],
    "one row": lambda frame: frame[:1],
    "few rows": lambda frame: frame[:49],
    "all missing": lambda frame: frame.assign(**dict.fromkeys(frame, None)),
}


@pytest.mark.parametrize("name", NOTHING)
def test_empty_rows_are_too_few_rows_and_raise_no_alert(name, binary, make_people):
    report = judged(binary.watch(NOTHING[name](make_people(400, seed=16))))

    assert report.severity is DriftSeverity.UNJUDGED
    assert report.breaches == ()
    assert report.summary.startswith("Too few rows")


def test_an_empty_column_in_a_full_window_raises_an_alert(binary, make_people):
    report = judged(
        binary.watch(make_people(400, seed=17).assign(visits=None)), "features", "quality"
    )

    (only,) = report.breaches
    assert (only.kind, only.subject, only.severity) == (
        "quality",
        "visits",
        DriftSeverity.CRITICAL,
    )


def test_advancing_dates_are_not_drift_but_dates_that_jump_back_are(binary, make_people):
    later = make_people(400, seed=18)
    later["since"] = later["since"] + pd.Timedelta(days=1_500)
    earlier = make_people(400, seed=18)
    earlier["since"] = pd.Timestamp("2020-01-05")

    ahead = by_name(judged(binary.watch(later), "features").features)["since"]
    back = by_name(judged(binary.watch(earlier), "features").features)["since"]

    assert ahead.severity is DriftSeverity.OK
    assert "dates advance with time" in ahead.why
    assert back.severity is DriftSeverity.CRITICAL


def test_outcomes_that_are_not_labels_count_as_unknown(binary, make_people):
    frame = make_people(300, seed=19)
    frame["binary"] = ["maybe"] * 280 + frame["binary"].tolist()[280:]

    report = judged(binary.watch(frame))

    assert report.performance.severity is DriftSeverity.UNJUDGED
    assert report.performance.labelled == 20
    assert report.performance.why.startswith("Too few rows")


def test_a_lower_score_raises_an_alert(binary, make_people):
    frame = make_people(600, seed=20)
    random = np.random.default_rng(0)
    turned = random.random(600) < 0.3
    frame.loc[turned, "binary"] = np.where(frame.loc[turned, "binary"] == "yes", "no", "yes")

    report = judged(binary.watch(frame))

    assert report.performance.severity is DriftSeverity.CRITICAL
    assert report.performance.loss > 0.1
    assert not report.features[0].severity.raises_alert
    lenient = judged(binary.watch(frame, yellow=0.9, red=0.95), "performance")
    assert lenient.performance.severity is DriftSeverity.OK


def test_invalid_thresholds_are_rejected(binary, make_people):
    frame = make_people(60, seed=21)
    with pytest.raises(RecordProblem, match="psi_warning"):
        binary.watch(frame, psi_warning=0.5)
    with pytest.raises(RecordProblem, match="unknown field"):
        binary.watch(frame, psi=0.5)


def test_a_model_without_a_reference_cannot_be_monitored(binary, tmp_path):
    save_model(load_monitored_model(binary.folder).fitted, tmp_path / "old")

    with pytest.raises(MonitorError, match="Can't monitor the model") as refused:
        load_monitored_model(tmp_path / "old")
    assert "reference" in refused.value.why or "schema" in refused.value.why


def test_many_rows_are_sampled_and_the_report_says_so(binary, make_people):
    watched = binary.watched
    frame = make_people(3_000, seed=22)
    window = monitor.read_table(
        frame, watched, 0.0, 1.0, source="a test", model="people", max_sampled=500
    )

    report = judged(monitor.WindowAnalysis(window, watched))

    assert (report.n_rows, report.n_judged) == (3_000, 500)
    assert "500 of 3,000 rows" in report.sampling
    assert report.performance.labelled == 3_000


def test_predictions_in_the_table_are_used(binary, make_people):
    frame = make_people(300, seed=23)
    frame["probability_no"], frame["probability_yes"] = 0.9, 0.1

    report = judged(binary.watch(frame), "prediction")

    assert report.prediction.severity is DriftSeverity.CRITICAL
    assert "the mean changed from 0.51" in report.prediction.why
    assert "to 0.1." in report.prediction.why


# -- statistics of the sections ---------------------------------------------------------------


def test_a_loss_is_a_fraction_of_the_release_in_either_direction():
    release = Score(metric="roc_auc", score=0.9, rows=500, low=0.88, high=0.92)
    now = Score(metric="roc_auc", score=0.81, rows=500, low=0.78, high=0.84)

    loss, p_value = score_loss(release, now, higher_is_better=True)
    assert loss == pytest.approx(0.1)
    assert p_value < 1e-5
    assert score_loss(now, release, higher_is_better=True)[0] < 0
    assert score_loss(now, release, higher_is_better=False)[0] == pytest.approx(0.09 / 0.81)


def test_a_score_that_falls_day_by_day_has_a_slope():
    def bucket(day, value):
        at = 86_400.0 * day
        score = Score(metric="roc_auc", score=value, rows=100, low=value - 0.02, high=value + 0.02)
        return ScoreBucket(start=at, end=at, score=score)

    slope, p_value = trend(tuple(bucket(day, 0.9 - 0.02 * day) for day in range(6)))
    assert slope == pytest.approx(-0.02)
    assert p_value < 1e-6
    assert trend((bucket(0, 0.9), bucket(1, 0.8))) == (None, None)


def test_weighted_rows_have_the_score_of_the_requests():
    random = np.random.default_rng(0)
    n = 4_000
    y = (random.random(n) < 0.5).astype(int)
    good = random.random(n) < 0.5
    p = np.where(good, np.where(y == 1, 0.9, 0.1), 0.5)
    predicted = np.column_stack([1 - p, p])
    # Easy rows represent one request each, the others nine.
    weights = np.where(good, 1.0, 9.0)

    result = score_of("brier", y, predicted, weights, threshold=0.5, repeats=200)

    expected = np.average((p - y) ** 2, weights=weights)
    assert result.score == pytest.approx(expected, abs=0.005)
    assert result.low < expected < result.high
    assert effective_rows(weights) < n
    assert standard_error(None) == 0.0


def test_the_expected_calibration_error_by_chance_is_subtracted():
    random = np.random.default_rng(1)
    shares = np.linspace(0.05, 0.95, 10)
    fair = [
        [ConfidenceBin(rows=40, predicted=p, observed=random.binomial(40, p) / 40) for p in shares]
        for _ in range(400)
    ]
    assert np.mean([ece(bins) for bins in fair]) < 0.012
    off = [ConfidenceBin(rows=4_000, predicted=p, observed=p * 0.8) for p in shares]
    assert ece(off) == pytest.approx(0.1, abs=0.01)


def test_the_calibration_test_keeps_its_level():
    random = np.random.default_rng(2)
    shares = np.linspace(0.03, 0.97, 10)

    def bins(n):
        return [
            ConfidenceBin(rows=n, predicted=p, observed=random.binomial(n, p) / n) for p in shares
        ]

    p_values = [
        calibration_test(list(zip(bins(200), bins(60), strict=True)))[1] for _ in range(2_000)
    ]
    assert np.mean(np.array(p_values) < 0.05) < 0.06
    assert np.mean(np.array(p_values) < 0.001) < 0.004


def test_latency_quantiles_are_weighted():
    p50, p95, p99 = latency_quantiles(np.array([1.0, 100.0]), np.array([90.0, 10.0]))

    assert (p50, p95, p99) == (1.0, 100.0, 100.0)
    assert latency_quantiles(np.array([]), np.array([])) == (None, None, None)


@pytest.mark.parametrize(
    ("latency", "failed", "expected"),
    [
        (2.0, 0, DriftSeverity.OK),
        (50.0, 0, DriftSeverity.WARNING),
        (2.0, 20, DriftSeverity.WARNING),
    ],
)
def test_traffic_is_checked_against_the_objectives_of_the_deployment(
    latency, failed, expected, binary, make_people
):
    watch = binary.watch(make_people(200, seed=24))
    requests = Requests(
        timestamps=np.linspace(watch.window.start, watch.window.end - 1, 200),
        latency_ms=np.full(200, latency),
        weights=np.full(200, 2.0),
        errors=["timeout"] * failed + [None] * (200 - failed),
        versions=["1 stable"] * 200,
        slos=Slos(latency_ms_p95=20.0, error_rate_pct=5.0),
    )
    watch.window = dataclasses.replace(watch.window, requests=requests)

    monitor.traffic(watch)

    result = watch.sections["traffic"]
    assert result.severity is expected
    assert result.requests == 400
    assert result.why.startswith("200 rows logged")  # each represents two requests
    assert result.error_rate_pct == pytest.approx(100 * failed / 200)
    assert result.versions == {"1 stable": 1.0}
    assert sum(bucket.requests for bucket in result.buckets) == 400


def test_values_can_be_drawn_from_a_reference(binary):
    random = np.random.default_rng(0)
    reference = binary.watched.reference

    ages = draw_reference(reference.column("age"), 2_000, random)
    cities = draw_reference(reference.column("city"), 2_000, random)

    assert np.mean(ages) == pytest.approx(binary.frame["age"].mean(), abs=0.3)
    assert np.mean(cities == "Oslo") == pytest.approx(
        (binary.frame["city"] == "Oslo").mean(), abs=0.01
    )


def test_a_failed_section_is_skipped_and_the_others_stay(binary, make_people):
    watch = binary.watch(make_people(200, seed=25))
    watch.window = dataclasses.replace(watch.window, weights=np.ones(3))

    displayed = monitor.features(watch)
    monitor.calibration(binary.watch(make_people(200, seed=25)))

    assert "It failed with IndexError" in repr(displayed)
    assert watch.skipped["features"].why.startswith("It failed with")
