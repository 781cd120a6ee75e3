from __future__ import annotations

import json
import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from automl_magic.errors import MonitorError
from automl_magic.monitor.alerts import (
    alerts_of,
    event_observation,
    observation_from_report,
    record_observation,
    silence,
)
from automl_magic.monitor.alerts.observation import Observation
from automl_magic.records.monitoring.alert import (
    HOUR_S,
    MINUTE_S,
    AlertFinding,
    AlertKind,
    AlertRule,
    AlertSeverity,
    AlertState,
    Channel,
    ChannelKind,
    MonitorSpec,
)
from automl_magic.records.monitoring.drift import DriftSeverity
from automl_magic.store.engine import open_engine, read_transaction
from automl_magic.store.tables import notices
from automl_magic.workspace import Database

OK, WARNING, CRITICAL = DriftSeverity.OK, DriftSeverity.WARNING, DriftSeverity.CRITICAL
UNJUDGED = DriftSeverity.UNJUDGED
START = 1_700_000_000.0
EVERY_S = 15 * MINUTE_S
MONITOR = MonitorSpec(name="churn")


def story(store, report, columns, monitor=MONITOR, *, every_s=EVERY_S):
    """Observe a series of windows. Return the notifications of each."""
    notifications = []
    for i, severities in enumerate(columns):
        at = START + i * every_s
        seen = observation_from_report(report(at, severities))
        notifications.append(record_observation(store, monitor, seen, now=at))
    return notifications


def states(told):
    return [[(notice.state, notice.severity) for notice in notices] for notices in told]


FIRING, RESOLVED = AlertState.FIRING, AlertState.RESOLVED


def test_a_warning_notifies_after_two_breaches_in_a_row(store, report):
    notifications = story(
        store, report, [{"age": WARNING}, {"age": OK}, {"age": WARNING}, {"age": WARNING}]
    )

    assert states(notifications) == [[], [], [], [(FIRING, AlertSeverity.WARNING)]]


def test_a_critical_alert_notifies_at_once(store, report):
    notifications = story(store, report, [{"age": CRITICAL}])

    assert states(notifications) == [[(FIRING, AlertSeverity.CRITICAL)]]


def test_an_alert_is_resolved_after_two_clear_observations(store, report):
    notifications = story(
        store, report, [{"age": CRITICAL}, {"age": OK}, {"age": CRITICAL}, {"age": OK}]
    )
    assert states(notifications)[1:] == [[], [], []]

    calm = story(store, report, [{"age": OK}] * 6)  # the first four were observed before
    assert states(calm) == [[], [], [], [], [(RESOLVED, AlertSeverity.CRITICAL)], []]


def test_a_firing_group_notifies_again_after_the_repeat_time(store, report):
    notifications = story(store, report, [{"age": CRITICAL}] * 34)

    assert [i for i, notices in enumerate(notifications) if notices] == [0, 16, 32]


def test_an_alert_that_becomes_critical_notifies_at_once(store, report):
    notifications = story(store, report, [{"age": WARNING}] * 3 + [{"age": CRITICAL}] * 3)

    assert [one.severity.value for notices in notifications for one in notices] == [
        "warning",
        "critical",
    ]


def test_an_unchecked_column_keeps_its_alert_state(store, report):
    story(store, report, [{"age": CRITICAL}] + [{"age": UNJUDGED}] * 5)

    assert [alert.subject for alert in alerts_of(store, "churn")] == ["age"]


def test_a_window_that_is_too_small_resolves_no_alert(store, report):
    story(store, report, [{"age": CRITICAL}, {}, {}, {}])

    assert len(alerts_of(store, "churn")) == 1


def test_a_removed_column_resolves_its_alert(store, report):
    story(store, report, [{"age": CRITICAL, "city": OK}] + [{"city": OK}] * 2)

    assert alerts_of(store, "churn") == ()


def test_a_window_counts_once_for_several_monitors(store, report):
    seen = observation_from_report(report(START, {"age": WARNING}))

    assert [record_observation(store, MONITOR, seen, now=START) for _ in range(5)] == [()] * 5
    assert alerts_of(store, "churn") == ()


def test_a_silenced_group_notifies_neither_firing_nor_resolved(store, report):
    story(store, report, [{"age": CRITICAL}])
    silence(store, "churn/feature_drift", for_s=6 * HOUR_S, reason="known", actor="ann", now=START)

    notifications = story(store, report, [{"age": CRITICAL}] * 20 + [{"age": OK}] * 3)

    assert not any(notifications)


@pytest.mark.parametrize("for_s", [0.0, -1.0, 31 * 24 * HOUR_S])
def test_a_silence_is_longer_than_0_s_and_at_most_30_days(store, for_s):
    with pytest.raises(MonitorError) as caught:
        silence(store, "churn", for_s=for_s, reason="", actor="ann", now=START)

    assert "more than 0 s and at most 30 days" in caught.value.why


def test_a_silenced_alert_notifies_after_the_silence(store, report):
    story(store, report, [{"age": WARNING}])
    silence(store, "churn", for_s=HOUR_S, reason="", actor="ann", now=START)

    notifications = story(store, report, [{"age": WARNING}] * 7)

    assert [i for i, notices in enumerate(notifications) if notices] == [4]


def test_silencing_one_alert_does_not_silence_its_group(store, report):
    story(store, report, [{"age": WARNING, "city": WARNING}])
    silence(store, "churn/feature_drift/age", for_s=HOUR_S, reason="", actor="ann", now=START)

    notifications = story(store, report, [{"age": WARNING, "city": WARNING}] * 2)

    assert [one.n_alerts for one in notifications[1]] == [1]
    assert "city" in notifications[1][0].summaries[0]


def test_a_rule_can_mute_a_kind(store, report):
    monitor = MonitorSpec(
        name="churn", rules=(AlertRule(kind=AlertKind.FEATURE_DRIFT, is_muted=True),)
    )

    assert not any(story(store, report, [{"age": CRITICAL}] * 3, monitor))


def test_a_rule_sets_the_severity_and_channels_of_a_kind(store, report):
    channels = tuple(
        Channel(name=name, kind=ChannelKind.SLACK, url="https://x.example/")
        for name in ("team", "duty")
    )
    rule = AlertRule(
        kind=AlertKind.FEATURE_DRIFT, severity=AlertSeverity.WARNING, channels=("team",)
    )
    monitor = MonitorSpec(name="churn", channels=channels, rules=(rule,))

    notifications = story(store, report, [{"age": CRITICAL}] * 2, monitor)

    with read_transaction(store) as connection:
        heard = connection.execute(select(notices.c.channel)).scalars().all()
    assert (states(notifications)[1], heard) == ([(FIRING, AlertSeverity.WARNING)], ["log", "team"])


def test_a_channel_gets_no_notifications_below_its_severity(store, report):
    duty = Channel(
        name="duty",
        kind=ChannelKind.SLACK,
        url="https://x.example/",
        min_severity=AlertSeverity.CRITICAL,
    )

    story(store, report, [{"age": WARNING}] * 2, MonitorSpec(name="churn", channels=(duty,)))

    with read_transaction(store) as connection:
        assert connection.execute(select(notices.c.channel)).scalars().all() == ["log"]


def test_a_notification_names_the_worst_alerts_and_their_cell(store, report, monkeypatch):
    monkeypatch.setenv("AUTOML_MAGIC_NOTEBOOKS_URL", "https://lab.example/{run}/{notebook}#{cell}")

    notifications = story(store, report, [{f"f{i:03}": CRITICAL for i in range(500)}])

    (notice,) = notifications[0]
    assert notice.title == "Critical: churn: drift in 500 features"
    assert (notice.n_alerts, len(notice.summaries)) == (500, 5)
    assert notice.summaries[0] == "f000: PSI 0.40, p < 0.001"
    assert notice.url == "https://lab.example/run-1/output.ipynb#features"
    assert notice.next_steps == ("automl app monitor churn", "automl retrain churn")


HOSTILE = "<!channel> *x* \x1b[31m\u202e\r\nBcc: all@x.example \ud800 \0"


def test_a_hostile_column_name_is_text_on_one_line(store, report):
    notifications = story(store, report, [{HOSTILE: CRITICAL, "a/b" * 200: CRITICAL}])

    with read_transaction(store) as connection:
        stored = json.loads(connection.execute(select(notices.c.document)).scalar_one())
    assert all(line.isprintable() for line in notifications[0][0].summaries)
    assert len(stored["summaries"]) == 2
    assert len(alerts_of(store)) == 2


def test_an_event_fires_at_once_and_resolves_at_the_first_clear_observation(store):
    failed = event_observation("churn", AlertKind.RETRAIN_FAILED, "retrain", "No rows.", at=START)
    calm = Observation("churn", START + 60, frozenset({AlertKind.RETRAIN_FAILED}))

    notifications = [
        record_observation(store, MONITOR, seen, now=seen.at) for seen in (failed, calm)
    ]

    assert states(notifications) == [
        [(FIRING, AlertSeverity.WARNING)],
        [(RESOLVED, AlertSeverity.WARNING)],
    ]


@pytest.mark.parametrize("seed", range(3))
def test_a_flapping_alert_notifies_once_in_four_hours(store, report, seed):
    chance = np.random.default_rng(seed)
    columns = [{"age": CRITICAL if chance.random() < 0.5 else OK} for _ in range(24 * 4)]

    notifications = story(store, report, columns)

    firing = [one.timestamp for notices in notifications for one in notices if one.state is FIRING]
    over = [one.timestamp for notices in notifications for one in notices if one.state is RESOLVED]
    assert all(later - earlier >= 4 * HOUR_S for earlier, later in pairwise(firing))
    assert 1 <= len(firing) <= 6
    assert len(over) <= len(firing)


@pytest.mark.parametrize("n", [50, pytest.param(500, marks=pytest.mark.long)])
def test_many_drifting_features_notify_once_in_four_hours(store, report, n):
    columns = {f"f{i:03}": CRITICAL if i % 2 else WARNING for i in range(n)}

    notifications = story(store, report, [columns] * (24 * 4 + 1))

    times = [one.timestamp for notices in notifications for one in notices]
    assert [later - earlier for earlier, later in pairwise(times)] == [4 * HOUR_S] * 6
    assert [one.n_alerts for one in notifications[16]] == [n]


def test_two_concurrent_monitors_write_each_change_once(tmp_path, report):
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    engines = [open_engine(Database(url)) for _ in range(4)]
    reports = [report(START + i * EVERY_S, {"age": CRITICAL}) for i in range(20)]

    def watch(engine):
        for one in reports:
            record_observation(engine, MONITOR, observation_from_report(one), now=one.window_end)

    threads = [threading.Thread(target=watch, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with read_transaction(engines[0]) as connection:
        ats = connection.execute(select(notices.c.at).order_by(notices.c.at)).scalars().all()
    assert ats == [START, START + 16 * EVERY_S]
    (alert,) = alerts_of(engines[0])
    assert alert.last_at == reports[-1].window_end
    for engine in engines:
        engine.dispose()


@settings(max_examples=30)
@given(
    looks=st.lists(
        st.tuples(st.sampled_from([None, "warning", "critical"]), st.integers(1, 300)),
        min_size=1,
        max_size=40,
    )
)
def test_firing_notifies_at_most_once_per_repeat_time_and_severity(looks):
    store = open_engine(Database("sqlite://"))
    at, notifications = START, []
    for severity, minutes in looks:
        at += minutes * MINUTE_S
        result = (
            ()
            if severity is None
            else (
                AlertFinding(
                    kind=AlertKind.QUALITY,
                    subject="age",
                    severity=AlertSeverity(severity),
                    summary="",
                ),
            )
        )
        seen = Observation("churn", at, frozenset({AlertKind.QUALITY}), result)
        notifications += record_observation(store, MONITOR, seen, now=at)
    for level in AlertSeverity:
        times = [
            one.timestamp for one in notifications if one.state is FIRING and one.severity is level
        ]
        assert all(later - earlier >= MONITOR.repeat_s for earlier, later in pairwise(times))
    ends = [one.state for one in notifications]
    assert all((a, b) != (RESOLVED, RESOLVED) for a, b in pairwise(ends))
    assert not ends or ends[0] is FIRING
