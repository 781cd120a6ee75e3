"""Serving problems of a deployment: errors, latency, missing traffic, dead workers, rollbacks.

The databases aggregate everything, so no single prediction is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, func, select

from automl_magic.monitor.alerts.alert_store import alerts_of
from automl_magic.monitor.alerts.observation import Observation, storable
from automl_magic.records.models.deployment import Deployment
from automl_magic.records.monitoring.alert import (
    DAY_S,
    HOUR_S,
    AlertFinding,
    AlertKind,
    AlertSeverity,
    MonitorSpec,
)
from automl_magic.store.approvals import approval_of
from automl_magic.store.engine import read_transaction
from automl_magic.store.tables import deployments, predictions, route_changes, workers

ERRORS_WARNING_PCT, ERRORS_CRITICAL_PCT = 1.0, 5.0
# Workers send a heartbeat every second.
DEAD_WORKER_S = 30.0
# Actor of automatic rollbacks: `automl_magic_serving.process.supervisor`.
ROLLBACK_ACTOR = "automl-serving"
_HISTORY_S = 7 * DAY_S
KINDS = frozenset(
    {
        AlertKind.ERROR_RATE,
        AlertKind.LATENCY,
        AlertKind.NO_TRAFFIC,
        AlertKind.WORKERS,
        AlertKind.ROLLBACK,
    }
)


def observe_serving(
    store_engine: Engine, predictions_engine: Engine, monitor: MonitorSpec, *, now: float
) -> Observation:
    """Check how a deployment is served.

    Parameters
    ----------
    store_engine : Engine
        Database of the routes.
    predictions_engine : Engine
        Database of the predictions.
    now : float
        Current time, in seconds since 1970.
    """
    name = monitor.name
    with read_transaction(store_engine) as connection:
        findings = [
            *_worker_findings(connection, monitor, now),
            *_rollback_findings(connection, name, now),
        ]
        spec = connection.execute(
            select(deployments.c.spec).where(deployments.c.name == name)
        ).scalar_one_or_none()
    deployment = Deployment.from_json(json.loads(spec)) if spec else None
    unjudged: set[tuple[AlertKind, str]] = set()
    with read_transaction(predictions_engine) as connection:
        recent = and_(
            predictions.c.deployment == name,
            predictions.c.at > now - monitor.serving.window_s,
            predictions.c.at <= now,
        )
        n_rows = connection.execute(select(func.count()).where(recent)).scalar_one()
        if n_rows >= monitor.serving.min_requests:
            findings += _error_rate_findings(connection, recent, monitor, deployment)
            findings += _latency_findings(connection, recent, n_rows, monitor, deployment)
        else:
            # Too few requests to check, so these alerts keep their state.
            unjudged |= {(AlertKind.ERROR_RATE, "requests"), (AlertKind.LATENCY, "p95")}
        findings += _no_traffic_findings(connection, monitor, now)
    return Observation(name, now, KINDS, tuple(findings), frozenset(unjudged))


def observe_approvals(store_engine: Engine, deployment: str, *, now: float) -> Observation:
    """Check which challengers still wait for an approval."""
    kind = AlertKind.APPROVAL_WANTED
    waiting = alerts_of(store_engine, deployment, kind=kind)
    findings = []
    for alert in waiting:
        model, _, version = alert.subject.rpartition(" ")
        approved = approval_of(store_engine, model, int(version))
        if approved is None or approved.revoked_at is not None:
            findings.append(
                AlertFinding(
                    kind=kind,
                    subject=alert.subject,
                    severity=alert.severity,
                    summary=alert.summary,
                    link=alert.link,
                )
            )
    return Observation(deployment, now, frozenset({kind}), tuple(findings))


def _error_rate_findings(
    connection: Connection,
    recent: ColumnElement[bool],
    monitor: MonitorSpec,
    deployment: Deployment | None,
) -> Iterator[AlertFinding]:
    weight = 1.0 / predictions.c.sample_rate
    failed = case((predictions.c.error.is_not(None), weight), else_=0.0)
    row = connection.execute(select(func.sum(failed), func.sum(weight)).where(recent)).one()
    percent = 100.0 * float(row[0]) / float(row[1])
    limit = monitor.serving.error_rate_pct
    if limit is None and deployment is not None:
        limit = deployment.slos.error_rate_pct
    # With a limit: critical above it, a warning above half of it.
    warning = ERRORS_WARNING_PCT if limit is None else limit / 2
    critical = ERRORS_CRITICAL_PCT if limit is None else limit
    if percent > warning:
        yield AlertFinding(
            kind=AlertKind.ERROR_RATE,
            subject="requests",
            severity=_severity(percent > critical),
            summary=f"{percent:.3g}% of requests fail. The limit is {critical:g}%.",
        )


def _latency_findings(
    connection: Connection,
    recent: ColumnElement[bool],
    n_rows: int,
    monitor: MonitorSpec,
    deployment: Deployment | None,
) -> Iterator[AlertFinding]:
    limit = monitor.serving.latency_ms_p95
    if limit is None and deployment is not None:
        limit = deployment.slos.latency_ms_p95
    if limit is None:
        return
    by_latency = select(predictions.c.latency_ms).where(recent).order_by(predictions.c.latency_ms)
    p95 = connection.execute(by_latency.offset(int(0.95 * (n_rows - 1))).limit(1)).scalar_one()
    if p95 > limit:
        yield AlertFinding(
            kind=AlertKind.LATENCY,
            subject="p95",
            severity=_severity(p95 > 2 * limit),
            summary=f"p95 latency is {p95:.3g} ms. The limit is {limit:g} ms.",
        )


def _no_traffic_findings(
    connection: Connection, monitor: MonitorSpec, now: float
) -> Iterator[AlertFinding]:
    is_recent = and_(
        predictions.c.deployment == monitor.name,
        predictions.c.at > now - _HISTORY_S,
        predictions.c.at <= now,
    )
    last = connection.execute(select(func.max(predictions.c.at)).where(is_recent)).scalar_one()
    if last is None:
        return
    limit_s = monitor.serving.no_traffic_s
    if limit_s is None:
        if now - last <= HOUR_S:  # don't read a week of the log for nothing
            return
        limit_s = _no_traffic_limit_s(connection, is_recent)
    if limit_s is not None and now - last > limit_s:
        yield AlertFinding(
            kind=AlertKind.NO_TRAFFIC,
            subject="requests",
            severity=AlertSeverity.WARNING,
            summary=f"No requests for {_format_duration(now - last)}. "
            f"The limit is {_format_duration(limit_s)}.",
        )


def _no_traffic_limit_s(connection: Connection, is_recent: ColumnElement[bool]) -> float | None:
    """Return twice the longest gap in a week of requests, or None with less than a day of them."""
    hour = func.floor(predictions.c.at / HOUR_S)
    hours = sorted(connection.execute(select(hour).distinct().where(is_recent)).scalars())
    if hours[-1] - hours[0] < DAY_S / HOUR_S:
        return None
    return float(2 * max(later - earlier for earlier, later in pairwise(hours))) * HOUR_S


def _worker_findings(
    connection: Connection, monitor: MonitorSpec, now: float
) -> Iterator[AlertFinding]:
    beats = connection.execute(
        select(workers.c.beat_at).where(
            workers.c.deployment == monitor.name, workers.c.beat_at > now - HOUR_S
        )
    ).scalars()
    ages = [now - beat_at for beat_at in beats]
    dead = sum(age > DEAD_WORKER_S for age in ages)
    if ages and dead == len(ages):
        yield AlertFinding(
            kind=AlertKind.WORKERS,
            subject="workers",
            severity=AlertSeverity.CRITICAL,
            summary=f"No workers are running. The last heartbeat was {min(ages):.0f} s ago.",
        )
    elif dead >= monitor.serving.worker_deaths_per_hour:
        yield AlertFinding(
            kind=AlertKind.WORKERS,
            subject="workers",
            severity=AlertSeverity.WARNING,
            summary=f"{dead} worker processes died in the last hour. "
            f"{len(ages) - dead} are running.",
        )


def _rollback_findings(connection: Connection, name: str, now: float) -> Iterator[AlertFinding]:
    changes = connection.execute(
        select(route_changes).where(
            route_changes.c.deployment == name,
            route_changes.c.at > now - HOUR_S,
            route_changes.c.at <= now,
            route_changes.c.action == "roll_back",
            route_changes.c.actor == ROLLBACK_ACTOR,
        )
    )
    for change in changes:
        yield AlertFinding(
            kind=AlertKind.ROLLBACK,
            subject=f"epoch {change.epoch}",
            severity=AlertSeverity.CRITICAL,
            summary=storable(f"Rolled back by {change.actor}: {change.reason}"),
        )


def _severity(is_critical: bool) -> AlertSeverity:
    return AlertSeverity.CRITICAL if is_critical else AlertSeverity.WARNING


def _format_duration(seconds: float) -> str:
    return f"{seconds / HOUR_S:.3g} h" if seconds >= HOUR_S else f"{seconds / 60:.0f} min"
