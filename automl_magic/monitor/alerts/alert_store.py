"""Turn observations into alerts, and alerts into notifications, in one transaction.

Notifications go to an outbox: they're written if and only if the alert's change is, even if the
process is killed. Two monitors of one deployment write each change once.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, select

from automl_magic.monitor.alerts.notification_text import build_notification
from automl_magic.monitor.alerts.observation import Observation, group_of, key_of
from automl_magic.monitor.alerts.silences import read_silenced_keys
from automl_magic.records.codec import dumps
from automl_magic.records.monitoring.alert import (
    LOG,
    Alert,
    AlertFinding,
    AlertKind,
    AlertRule,
    AlertSeverity,
    AlertState,
    MonitorSpec,
    Notification,
)
from automl_magic.records.runs.score import CellLink
from automl_magic.store.engine import exclusive_transaction, read_transaction
from automl_magic.store.tables import alerts, notices

PENDING = "pending"


def record_observation(
    engine: Engine, monitor: MonitorSpec, observation: Observation, *, now: float
) -> tuple[Notification, ...]:
    """Update the alerts with an observation, and return the new notifications.

    Parameters
    ----------
    now : float
        Current time, in seconds since 1970. The observation can be older.

    Notes
    -----
    An alert fires after `fire_after` breaches in a row, or at once if it's critical. It's resolved
    after `resolve_after` observations without a breach. This hysteresis keeps an alert from
    flapping around a threshold.

    The alerts of one kind form a group. A firing group sends one notification per `repeat_s`, one
    more if it gets worse, and one when all its alerts are resolved. If it fires again within
    `repeat_s`, the notification waits until that time has passed.
    """
    deployment = observation.deployment
    with exclusive_transaction(engine) as connection:
        rows = _read_alert_rows(connection, deployment, observation.kinds)
        previous = {row.key: _alert_from_row(row) for row in rows}
        updated = dict(previous)
        for finding in observation.findings:
            key = key_of(deployment, finding.kind, finding.subject)
            rule = monitor.rule(finding.kind)
            if not rule.is_muted:
                updated[key] = _after_breach(updated.get(key), observation, finding, key, rule)
        breached_keys = {
            key_of(deployment, finding.kind, finding.subject) for finding in observation.findings
        }
        for key, alert in previous.items():
            is_judged = (alert.kind, alert.subject) not in observation.unjudged
            rule = monitor.rule(alert.kind)
            if (key not in breached_keys and is_judged) or rule.is_muted:
                updated[key] = _after_clear(alert, observation.at, rule)
        changed = [alert for key, alert in updated.items() if alert != previous.get(key)]
        _write_alerts(connection, changed, previous)
        silenced_keys, created = read_silenced_keys(connection, now), []
        for kind in sorted(observation.kinds):
            group = [alert for alert in updated.values() if alert.kind is kind]
            notice = _due_notification(connection, monitor, group, silenced_keys, now)
            if notice is not None:
                _enqueue(connection, monitor, notice)
                created.append(notice)
    return tuple(created)


def alerts_of(
    engine: Engine,
    deployment: str | None = None,
    *,
    kind: AlertKind | None = None,
    states: Sequence[AlertState] = (AlertState.FIRING,),
    limit: int = 1_000,
) -> tuple[Alert, ...]:
    """Return the alerts of one or all deployments, by severity, the newest first."""
    query = select(alerts).where(alerts.c.state.in_([state.value for state in states]))
    if deployment is not None:
        query = query.where(alerts.c.deployment == deployment)
    if kind is not None:
        query = query.where(alerts.c.kind == kind.value)
    with read_transaction(engine) as connection:
        rows = connection.execute(query.order_by(alerts.c.last_at.desc()).limit(limit))
        matches = [_alert_from_row(row) for row in rows]
    return tuple(sorted(matches, key=lambda alert: (-alert.severity.rank, -(alert.fired_at or 0))))


def _after_breach(
    alert: Alert | None, observation: Observation, finding: AlertFinding, key: str, rule: AlertRule
) -> Alert:
    """Return an alert after a breach."""
    if alert is not None and observation.at <= alert.last_at:
        return alert
    severity = rule.severity or finding.severity
    is_over = alert is None or alert.state is AlertState.RESOLVED
    breaches = 1 if is_over or alert is None else alert.breaches + 1
    was_firing = alert is not None and alert.state is AlertState.FIRING
    fires = was_firing or severity is AlertSeverity.CRITICAL or breaches >= rule.fire_after
    fired_at = alert.fired_at if alert is not None else None
    return Alert(
        key=key,
        group=group_of(observation.deployment, finding.kind),
        deployment=observation.deployment,
        kind=finding.kind,
        subject=finding.subject,
        severity=severity,
        state=AlertState.FIRING if fires else AlertState.PENDING,
        summary=finding.summary,
        link=finding.link,
        breaches=breaches,
        calm=0,
        first_at=observation.at if is_over or alert is None else alert.first_at,
        last_at=observation.at,
        fired_at=observation.at if fires and not was_firing else fired_at,
        resolved_at=None if fires else (alert.resolved_at if alert is not None else None),
    )


def _after_clear(alert: Alert, observed_at: float, rule: AlertRule) -> Alert:
    """Return an alert after an observation without a breach."""
    if alert.state is AlertState.RESOLVED or observed_at <= alert.last_at:
        return alert
    calm = alert.calm + 1
    is_over = alert.state is AlertState.PENDING or calm >= rule.resolve_after or rule.is_muted
    return dataclasses.replace(
        alert,
        state=AlertState.RESOLVED if is_over else alert.state,
        breaches=0,
        calm=calm,
        last_at=observed_at,
        resolved_at=observed_at if is_over else alert.resolved_at,
    )


def _due_notification(
    connection: Connection,
    monitor: MonitorSpec,
    group_alerts: Sequence[Alert],
    silenced_keys: frozenset[str],
    now: float,
) -> Notification | None:
    """Return the notification that a group of alerts needs now, or None."""
    if not group_alerts:
        return None
    first = group_alerts[0]
    deployment, kind, group = first.deployment, first.kind, first.group
    firing = [alert for alert in group_alerts if alert.state is AlertState.FIRING]
    if {deployment, group} & silenced_keys:
        return None
    unsilenced = [alert for alert in firing if alert.key not in silenced_keys]
    recent = _recent_notifications(connection, group, since=now - monitor.repeat_s)
    if unsilenced:
        notified_ranks = [
            notice.severity.rank for notice in recent if notice.state is AlertState.FIRING
        ]
        if notified_ranks and max(notified_ranks) >= max(
            alert.severity.rank for alert in unsilenced
        ):
            return None
        return build_notification(deployment, kind, group, unsilenced, at=now)
    latest = _latest_notification(connection, group)
    if firing or latest is None or latest.state is not AlertState.FIRING:
        return None
    resolved = [
        alert
        for alert in group_alerts
        if alert.state is AlertState.RESOLVED
        and (alert.fired_at or 0) >= latest.timestamp - monitor.repeat_s
    ]
    return build_notification(deployment, kind, group, resolved, at=now) if resolved else None


def _recent_notifications(
    connection: Connection, group: str, *, since: float
) -> list[Notification]:
    """Return the notifications of a group after `since`."""
    query = select(notices.c.document).where(notices.c.group == group, notices.c.at > since)
    return [_notification_from_json(text) for text in connection.execute(query).scalars()]


def _latest_notification(connection: Connection, group: str) -> Notification | None:
    newest = (notices.c.at.desc(), notices.c.id.desc())
    query = select(notices.c.document).where(notices.c.group == group).order_by(*newest).limit(1)
    text = connection.execute(query).scalar_one_or_none()
    return None if text is None else _notification_from_json(text)


def _enqueue(connection: Connection, monitor: MonitorSpec, notice: Notification) -> None:
    """Add a notification to the outbox, once per channel that receives it."""
    only = monitor.rule(notice.kind).channels
    text = dumps(notice.to_json(), indent=None)
    connection.execute(
        notices.insert(),
        [
            {
                "group": notice.group,
                "channel": channel.name,
                "severity": notice.severity.value,
                "document": text,
                "status": PENDING,
                "attempts": 0,
                "at": notice.timestamp,
                "due_at": notice.timestamp,
            }
            for channel in monitor.all_channels
            if channel == LOG
            or (
                notice.severity.rank >= channel.min_severity.rank
                and (only is None or channel.name in only)
            )
        ],
    )


def _read_alert_rows(
    connection: Connection, deployment: str, kinds: Iterable[AlertKind]
) -> Sequence[Row[Any]]:
    query = select(alerts).where(
        alerts.c.deployment == deployment, alerts.c.kind.in_([kind.value for kind in kinds])
    )
    return connection.execute(query).all()


def _write_alerts(
    connection: Connection, changed: Sequence[Alert], previous: Mapping[str, Alert]
) -> None:
    new = [_row_values(alert) for alert in changed if alert.key not in previous]
    old = [{**_row_values(alert), "of": alert.key} for alert in changed if alert.key in previous]
    if new:
        connection.execute(alerts.insert(), new)
    if old:
        connection.execute(alerts.update().where(alerts.c.key == bindparam("of")), old)


def _row_values(alert: Alert) -> dict[str, object]:
    values = alert.to_json()
    return {**values, "link": None if alert.link is None else dumps(values["link"], indent=None)}


def _alert_from_row(row: Row[Any]) -> Alert:
    # Skip the validation: it would take a second for hundreds of rows.
    values = dict(row._mapping)
    values["kind"] = AlertKind(values["kind"])
    values["severity"] = AlertSeverity(values["severity"])
    values["state"] = AlertState(values["state"])
    if values["link"] is not None:
        values["link"] = CellLink(**json.loads(values["link"]))
    return Alert(**values)


def _notification_from_json(text: str) -> Notification:
    return Notification.from_json(json.loads(text))
