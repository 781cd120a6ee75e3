from __future__ import annotations

import threading

import pytest
from sqlalchemy import select, update

from automl_magic.monitor.alerts import (
    deliver_notifications,
    event_observation,
    record_observation,
    undelivered_notifications,
)
from automl_magic.monitor.alerts.delivery import LEASE_S, MAX_ATTEMPTS
from automl_magic.records.monitoring.alert import AlertKind, Channel, ChannelKind, MonitorSpec
from automl_magic.store.engine import open_engine, read_transaction, write_transaction
from automl_magic.store.tables import notices
from automl_magic.workspace import Database, default_workspace
from tests.outbound.receiver import OK, always, receiving

AT = 1_700_000_000.0


def monitor(receiver):
    channel = Channel(
        name="team",
        kind=ChannelKind.SLACK,
        url=f"http://127.0.0.1:{receiver.port}/x",
        allowed_hosts=("127.0.0.1",),
    )
    return MonitorSpec(name="churn", channels=(channel,))


def fire(store, told):
    seen = event_observation("churn", AlertKind.RETRAIN_FAILED, "retrain", "No rows.", at=AT)
    record_observation(store, told, seen, now=AT)


def statuses(store):
    with read_transaction(store) as connection:
        rows = connection.execute(select(notices.c.channel, notices.c.status))
        return {row.channel: row.status for row in rows}


def test_a_notification_is_sent_once(store):
    with receiving(always(OK)) as receiver:
        fire(store, monitor(receiver))
        assert (
            deliver_notifications(store, monitor(receiver), default_workspace().secret, now=AT) == 2
        )
        assert (
            deliver_notifications(store, monitor(receiver), default_workspace().secret, now=AT + 60)
            == 0
        )

    assert len(receiver.requests) == 1
    assert statuses(store) == {"log": "sent", "team": "sent"}


def test_a_failed_notification_backs_off_until_it_is_dead(store):
    with receiving(always(b"HTTP/1.1 503 Busy\r\n\r\n")) as receiver:
        fire(store, monitor(receiver))
        for second in range(0, 3 * 3_600, 10):
            deliver_notifications(
                store, monitor(receiver), default_workspace().secret, now=AT + second
            )

    assert len(receiver.requests) == MAX_ATTEMPTS
    (lost,) = undelivered_notifications(store, "churn")
    assert (lost.channel, lost.attempts, lost.is_dead) == ("team", MAX_ATTEMPTS, True)
    assert "503" in lost.error


def test_a_failed_notification_is_sent_when_the_server_is_back(store):
    with receiving(always(b"HTTP/1.1 503 Busy\r\n\r\n")) as receiver:
        fire(store, monitor(receiver))
        deliver_notifications(store, monitor(receiver), default_workspace().secret, now=AT)
    assert [one.is_dead for one in undelivered_notifications(store)] == [False]

    with receiving(always(OK)) as receiver:
        assert (
            deliver_notifications(store, monitor(receiver), default_workspace().secret, now=AT + 29)
            == 0
        )
        assert (
            deliver_notifications(store, monitor(receiver), default_workspace().secret, now=AT + 31)
            == 1
        )

    assert undelivered_notifications(store) == ()


def test_a_rejected_notification_is_dead_at_once(store):
    with receiving(always(b"HTTP/1.1 410 Gone\r\n\r\n")) as receiver:
        fire(store, monitor(receiver))
        deliver_notifications(store, monitor(receiver), default_workspace().secret, now=AT)

    assert [(one.attempts, one.is_dead) for one in undelivered_notifications(store)] == [(1, True)]


def test_notifications_of_a_removed_channel_are_dead(store):
    with receiving(always(OK)) as receiver:
        fire(store, monitor(receiver))

    deliver_notifications(store, MonitorSpec(name="churn"), default_workspace().secret, now=AT)

    assert "no longer in the monitor file" in undelivered_notifications(store)[0].error


def test_a_notification_claimed_by_a_dead_process_is_sent_by_another(store):
    with receiving(always(OK)) as receiver:
        fire(store, monitor(receiver))
        with write_transaction(store) as connection:
            connection.execute(update(notices).values(status="sending", due_at=AT + LEASE_S))
        assert (
            deliver_notifications(
                store, monitor(receiver), default_workspace().secret, now=AT + LEASE_S - 1
            )
            == 0
        )
        assert (
            deliver_notifications(
                store, monitor(receiver), default_workspace().secret, now=AT + LEASE_S
            )
            == 2
        )


def test_deployments_with_a_common_prefix_have_separate_notifications(store):
    with receiving(always(OK)) as receiver:
        fire(store, monitor(receiver))

    assert (
        deliver_notifications(store, MonitorSpec(name="chur"), default_workspace().secret, now=AT)
        == 0
    )
    assert (
        deliver_notifications(store, MonitorSpec(name="chur_"), default_workspace().secret, now=AT)
        == 0
    )


def test_concurrent_monitors_send_each_notification_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    with receiving(always(OK)) as receiver:
        fire(open_engine(Database(url)), monitor(receiver))
        sent = []
        threads = [
            threading.Thread(
                target=lambda: sent.append(
                    deliver_notifications(
                        open_engine(Database(url)),
                        monitor(receiver),
                        default_workspace().secret,
                        now=AT,
                    )
                )
            )
            for _ in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sum(sent) == 2
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("url", ["http://hooks.example/x", "https://169.254.169.254/x"])
def test_a_notification_to_a_forbidden_address_is_dead_with_the_reason(store, url):
    channel = Channel(name="team", kind=ChannelKind.SLACK, url=url)
    notifications = MonitorSpec(name="churn", channels=(channel,))
    fire(store, notifications)

    deliver_notifications(store, notifications, default_workspace().secret, now=AT)

    assert undelivered_notifications(store)[0].is_dead
