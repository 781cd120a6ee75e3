from __future__ import annotations

import pytest

from automl_magic.monitor.alerts import observe_serving
from automl_magic.records.monitoring.alert import (
    HOUR_S,
    AlertKind,
    AlertSeverity,
    MonitorSpec,
    ServingLimits,
)
from automl_magic.store.engine import write_transaction
from automl_magic.store.tables import predictions, workers

NOW = 1_700_000_000.0


def ask(store, ats, *, failed=0, latency_ms=5.0, rate=1.0):
    rows = [
        {
            "id": f"{at}-{i}",
            "deployment": "churn",
            "model": "m",
            "version": 1,
            "role": "stable",
            "epoch": 1,
            "at": at,
            "latency_ms": latency_ms,
            "error": "late" if i < failed else None,
            "sample_rate": rate,
        }
        for i, at in enumerate(ats)
    ]
    with write_transaction(store) as connection:
        connection.execute(predictions.insert(), rows)


def seen(store, **limits):
    monitor = MonitorSpec(name="churn", serving=ServingLimits(**limits))
    return observe_serving(store, store, monitor, now=NOW)


def found(store, **limits):
    return [(one.kind, one.severity) for one in seen(store, **limits).findings]


def recent(n):
    return [NOW - 1 - i for i in range(n)]


@pytest.mark.parametrize(
    ("failed", "expected"),
    [
        (1, []),
        (3, [(AlertKind.ERROR_RATE, AlertSeverity.WARNING)]),
        (9, [(AlertKind.ERROR_RATE, AlertSeverity.CRITICAL)]),
    ],
)
def test_a_high_error_rate_is_a_finding(store, failed, expected):
    ask(store, recent(100), failed=failed)

    assert found(store) == expected


def test_the_error_rate_is_weighted_by_the_sample_rate(store):
    ask(store, recent(99), rate=0.01)
    ask(store, [NOW - 0.5], failed=1)

    assert found(store) == []


def test_a_latency_above_the_limit_is_a_finding(store):
    ask(store, recent(100), latency_ms=150.0)

    assert found(store) == []
    assert found(store, latency_ms_p95=100) == [(AlertKind.LATENCY, AlertSeverity.WARNING)]
    assert found(store, latency_ms_p95=60) == [(AlertKind.LATENCY, AlertSeverity.CRITICAL)]


def test_few_requests_give_no_findings(store):
    ask(store, recent(10), failed=10)

    look = seen(store)

    assert look.findings == ()
    assert (AlertKind.ERROR_RATE, "requests") in look.unjudged


def test_the_longest_gap_so_far_is_a_finding(store):
    ask(store, [NOW - 5 * HOUR_S - i * HOUR_S for i in range(48)])

    assert found(store) == [(AlertKind.NO_TRAFFIC, AlertSeverity.WARNING)]
    # The limit is twice the longest gap so far.
    assert seen(store).findings[0].summary == "No requests for 5 h. The limit is 2 h."


def test_a_gap_as_long_as_each_night_is_not_a_finding(store):
    by_day = [i for i in range(120) if i % 24 < 12]
    ask(store, [NOW - 12 * HOUR_S - i * HOUR_S for i in by_day])

    assert found(store) == []


def test_repeated_worker_deaths_are_a_finding(store):
    rows = [{"id": f"w{i}", "beat_at": NOW - 60 * i} for i in range(5)]
    with write_transaction(store) as connection:
        connection.execute(
            workers.insert(), [{**row, "deployment": "churn", "epoch": 1} for row in rows]
        )

    assert found(store) == [(AlertKind.WORKERS, AlertSeverity.WARNING)]


def test_no_running_workers_is_critical(store):
    with write_transaction(store) as connection:
        connection.execute(
            workers.insert().values(id="w", deployment="churn", epoch=1, beat_at=NOW - 45)
        )

    assert found(store) == [(AlertKind.WORKERS, AlertSeverity.CRITICAL)]


def test_a_deployment_without_requests_has_no_findings(store):
    assert found(store) == []
