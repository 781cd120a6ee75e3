"""Retraining jobs: one at a time per deployment, automatic ones with a cooldown and a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Row, func, select, update
from sqlalchemy.exc import IntegrityError

from automl_magic.errors import MonitorError, StoreError
from automl_magic.records.monitoring.alert import HOUR_S, Alert, AlertSeverity
from automl_magic.records.monitoring.retrain import RetrainPolicy, RetrainStatus, Trigger
from automl_magic.store.engine import read_transaction, write_transaction
from automl_magic.store.tables import retrains

# A killed process leaves its row behind. No search takes this long.
LOST_AFTER_S = 48 * HOUR_S


@dataclass(frozen=True)
class RetrainJob:
    """A retraining job. Times are in seconds since 1970 in UTC."""

    id: int
    deployment: str
    trigger: Trigger
    status: RetrainStatus
    run_id: str | None
    challenger: int | None
    detail: str
    spent_s: float
    started_at: float
    ended_at: float | None


def triggering_alert(policy: RetrainPolicy, firing: Sequence[Alert]) -> Alert | None:
    """Return the critical alert that triggers a retraining under the policy, or None."""
    triggering = [
        alert
        for alert in firing
        if alert.severity is AlertSeverity.CRITICAL and alert.kind.value in policy.on
    ]
    return min(triggering, key=lambda alert: policy.on.index(alert.kind.value), default=None)


def refusal_reason(
    engine: Engine, deployment: str, policy: RetrainPolicy, trigger: Trigger, *, now: float
) -> str | None:
    """Return why a retraining can't start now, or None if it can.

    A retraining by hand only has to wait for a running one.
    """
    with read_transaction(engine) as connection:
        return _refusal_reason(connection, deployment, policy, trigger, now)


def start_retraining(
    engine: Engine,
    deployment: str,
    policy: RetrainPolicy,
    trigger: Trigger,
    *,
    detail: str,
    now: float,
) -> int:
    """Record the start of a retraining, and return its number.

    Raises
    ------
    MonitorError
        If it can't start now. The database allows one running job per deployment, so of two jobs
        that start at the same time, one fails.
    """
    busy = "Another retraining is running."
    try:
        with write_transaction(engine) as connection:
            _fail_lost_jobs(connection, deployment, now)
            why = _refusal_reason(connection, deployment, policy, trigger, now)
            if why is None:
                job_id: int = connection.execute(
                    retrains.insert()
                    .values(
                        deployment=deployment,
                        trigger=trigger.value,
                        status=RetrainStatus.RUNNING.value,
                        running=True,
                        detail=detail,
                        spent_s=0.0,
                        started_at=now,
                    )
                    .returning(retrains.c.id)
                ).scalar_one()
                return job_id
    except StoreError as error:
        if not isinstance(error.__cause__, IntegrityError):
            raise
        why = busy
    raise MonitorError(
        f"Can't retrain {deployment} now.",
        why=why,
        fix="List runs: automl runs",
    )


def finish_retraining(
    engine: Engine,
    retrain_id: int,
    *,
    status: RetrainStatus,
    detail: str,
    now: float,
    run_id: str | None = None,
    challenger: int | None = None,
) -> None:
    """Record the end of a retraining, so that the next one can start."""
    with write_transaction(engine) as connection:
        connection.execute(
            update(retrains)
            .where(retrains.c.id == retrain_id)
            .values(
                status=status.value,
                running=None,
                detail=detail[:2_000],
                run_id=run_id,
                challenger=challenger,
                ended_at=now,
                spent_s=now - retrains.c.started_at,
            )
        )


def retrains_of(engine: Engine, deployment: str, limit: int = 20) -> tuple[RetrainJob, ...]:
    """Return the retrainings of a deployment, the newest first."""
    query = select(retrains).where(retrains.c.deployment == deployment)
    with read_transaction(engine) as connection:
        rows = connection.execute(query.order_by(retrains.c.id.desc()).limit(limit))
        return tuple(_job_from_row(row) for row in rows)


def newest_retraining(engine: Engine, deployment: str) -> RetrainJob | None:
    """Return the newest retraining of a deployment, or None."""
    jobs = retrains_of(engine, deployment, limit=1)
    return jobs[0] if jobs else None


def _refusal_reason(
    connection: Connection, deployment: str, policy: RetrainPolicy, trigger: Trigger, now: float
) -> str | None:
    of_deployment = retrains.c.deployment == deployment
    running_since = connection.execute(
        select(retrains.c.started_at).where(of_deployment, retrains.c.running.is_(True))
    ).scalar_one_or_none()
    if running_since is not None and now - running_since < LOST_AFTER_S:
        return f"Another retraining has been running for {(now - running_since) / 60:.0f} min."
    if trigger is Trigger.HAND:
        return None
    last_start = connection.execute(
        select(func.max(retrains.c.started_at)).where(of_deployment)
    ).scalar_one()
    if last_start is not None and now - last_start < policy.cooldown_s:
        return (
            f"The last retraining started {(now - last_start) / HOUR_S:.1f} h ago. The cooldown is "
            f"{policy.cooldown_s / HOUR_S:.4g} h (retrain.cooldown)."
        )
    spent = connection.execute(
        select(func.sum(retrains.c.spent_s)).where(
            of_deployment,
            retrains.c.started_at > now - policy.period_s,
            retrains.c.trigger != Trigger.HAND.value,
        )
    ).scalar_one()
    if (spent or 0.0) >= policy.spend_s:
        return (
            f"Retrainings took {spent:.0f} s in the last {policy.period_s / HOUR_S:.4g} h. The "
            f"limit is {policy.spend_s:.0f} s (retrain.spend)."
        )
    return None


def _fail_lost_jobs(connection: Connection, deployment: str, now: float) -> None:
    connection.execute(
        update(retrains)
        .where(
            retrains.c.deployment == deployment,
            retrains.c.running.is_(True),
            retrains.c.started_at <= now - LOST_AFTER_S,
        )
        .values(
            status=RetrainStatus.FAILED.value,
            running=None,
            ended_at=now,
            detail="Its process stopped without a result.",
        )
    )


def _job_from_row(row: Row[tuple[object, ...]]) -> RetrainJob:
    values = dict(row._mapping)
    del values["running"]
    values["trigger"] = Trigger(values["trigger"])
    values["status"] = RetrainStatus(values["status"])
    return RetrainJob(**values)
