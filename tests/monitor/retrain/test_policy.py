from __future__ import annotations

import threading

import pytest

from automl_magic.errors import MonitorError
from automl_magic.monitor.alerts import alerts_of, record_observation
from automl_magic.monitor.alerts.observation import Observation
from automl_magic.monitor.retrain.policy import (
    finish_retraining,
    refusal_reason,
    retrains_of,
    start_retraining,
    triggering_alert,
)
from automl_magic.records.monitoring.alert import (
    HOUR_S,
    MINUTE_S,
    AlertFinding,
    AlertKind,
    AlertSeverity,
    MonitorSpec,
)
from automl_magic.records.monitoring.retrain import RetrainPolicy, RetrainStatus, Trigger
from automl_magic.store.engine import open_engine
from automl_magic.workspace import Database

START = 1_700_000_000.0
POLICY = RetrainPolicy()


@pytest.fixture
def store(tmp_path):
    engine = open_engine(Database(f"sqlite:///{tmp_path / 'store.db'}"))
    yield engine
    engine.dispose()


def start(store, trigger=Trigger.ALERT, *, at=START, policy=POLICY):
    return start_retraining(store, "churn", policy, trigger, detail="", now=at)


def finish(store, number, *, at):
    finish_retraining(store, number, status=RetrainStatus.SUCCEEDED, detail="better", now=at)


def test_no_retraining_starts_while_another_is_running_not_even_by_hand(store):
    start(store)

    with pytest.raises(MonitorError, match="Another retraining has been running"):
        start(store, Trigger.HAND, at=START + 60)


def test_an_automatic_retraining_waits_for_the_cooldown(store):
    finish(store, start(store), at=START + 70)

    assert "The cooldown is 24 h" in refusal_reason(
        store, "churn", POLICY, Trigger.ALERT, now=START + 23 * HOUR_S
    )
    assert refusal_reason(store, "churn", POLICY, Trigger.ALERT, now=START + 24 * HOUR_S) is None
    assert refusal_reason(store, "churn", POLICY, Trigger.HAND, now=START + 100) is None


def test_the_budget_of_a_week_is_kept(store):
    policy = RetrainPolicy(cooldown_s=0, spend_s=100)
    for i in range(2):
        began = START + i * HOUR_S
        finish(store, start(store, at=began, policy=policy), at=began + 60)

    why = refusal_reason(store, "churn", policy, Trigger.SCHEDULE, now=START + 3 * HOUR_S)

    assert why == ("Retrainings took 120 s in the last 168 h. The limit is 100 s (retrain.spend).")


def test_a_lost_retraining_does_not_block_forever(store):
    start(store)

    start(store, at=START + 49 * HOUR_S)

    lost = retrains_of(store, "churn")[1]
    assert lost.status is RetrainStatus.FAILED
    assert lost.detail == "Its process stopped without a result."


def test_of_many_concurrent_starts_one_succeeds(tmp_path):
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    open_engine(Database(url)).dispose()
    process = []

    def attempt():
        engine = open_engine(Database(url))
        try:
            process.append(start(engine))
        except MonitorError:
            process.append(None)
        engine.dispose()

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one is None for one in process) == [False] + [True] * 7


@pytest.mark.parametrize("n", [50, pytest.param(500, marks=pytest.mark.long)])
def test_many_features_that_drift_for_a_day_are_one_retraining(store, n):
    monitor, begun = MonitorSpec(name="churn"), []
    findings = tuple(
        AlertFinding(
            kind=AlertKind.FEATURE_DRIFT,
            subject=f"f{i}",
            severity=AlertSeverity.CRITICAL,
            summary="",
        )
        for i in range(n)
    )
    for i in range(24 * 4):
        at = START + i * 15 * MINUTE_S
        seen = Observation("churn", at, frozenset({AlertKind.FEATURE_DRIFT}), findings)
        record_observation(store, monitor, seen, now=at)
        alert = triggering_alert(monitor.retrain, alerts_of(store, "churn"))
        if refusal_reason(store, "churn", monitor.retrain, Trigger.ALERT, now=at) is None:
            assert alert is not None
            begun.append(start(store, at=at))
            finish(store, begun[-1], at=at + 70)

    assert len(begun) == 1
