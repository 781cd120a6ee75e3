"""Retraining jobs: one at a time per deployment, automatic ones with a cooldown and a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, Row, func, select, update
from sqlalchemy.exc import IntegrityError

from automl_magic.errors import MonitorError, StoreError
from automl_magic.records.monitoring.alert import HOUR_S, Alert, AlertSeverity
from automl_magic.records.monitoring.retrain import RetrainPolicy, RetrainStatus, Trigger
from automl_magic.store.engine import reading, writing
from automl_magic.store.tables import retrains

# A killed process leaves its row behind. No search takes this long.
LOST_AFTER_S = 48 * HOUR_S


@dataclass(frozen=True)
class Retrain:
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


def triggered_by(policy: RetrainPolicy, firing: Sequence[Alert]) -> Alert | None:
    """Return the critical alert that triggers a retraining under the policy, or None."""
    calling = [
        alert
        for alert in firing
        if alert.severity is AlertSeverity.CRITICAL and alert.kind.value in policy.on
    ]
    return min(calling, key=lambda alert: policy.on.index(alert.kind.value), default=None)


def refusal(
    engine: Engine, deployment: str, policy: RetrainPolicy, trigger: Trigger, *, at: float
) -> str | None:
    """Return why a retraining can't start now, or None if it can.

    A retraining by hand only has to wait for a running one.
    """
    with reading(engine) as connection:
        return _refusal(connection, deployment, policy, trigger, at)


def begin(
    engine: Engine,
    deployment: str,
    policy: RetrainPolicy,
    trigger: Trigger,
    *,
    detail: str,
    at: float,
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
        with writing(engine) as connection:
            _give_up_lost(connection, deployment, at)
            why = _refusal(connection, deployment, policy, trigger, at)
            if why is None:
                made: int = connection.execute(
                    retrains.insert()
                    .values(
                        deployment=deployment,
                        trigger=trigger.value,
                        status=RetrainStatus.RUNNING.value,
                        running=True,
                        detail=detail,
                        spent_s=0.0,
                        started_at=at,
                    )
                    .returning(retrains.c.id)
                ).scalar_one()
                return made
    except StoreError as error:
        if not isinstance(error.__cause__, IntegrityError):
            raise
        why = busy
    raise MonitorError(
        f"Can't retrain {deployment} now.",
        why=why,
        fix="List runs: automl runs",
    )


def end(
    engine: Engine,
    retrain_id: int,
    *,
    status: RetrainStatus,
    detail: str,
    at: float,
    run_id: str | None = None,
    challenger: int | None = None,
) -> None:
    """Record the end of a retraining, so that the next one can start."""
    with writing(engine) as connection:
        connection.execute(
            update(retrains)
            .where(retrains.c.id == retrain_id)
            .values(
                status=status.value,
                running=None,
                detail=detail[:2_000],
                run_id=run_id,
                challenger=challenger,
                ended_at=at,
                spent_s=at - retrains.c.started_at,
            )
        )


def retrains_of(engine: Engine, deployment: str, limit: int = 20) -> tuple[Retrain, ...]:
    """Return the retrainings of a deployment, the newest first."""
    query = select(retrains).where(retrains.c.deployment == deployment)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(retrains.c.id.desc()).limit(limit))
        return tuple(_retrain(row) for row in rows)


def newest(engine: Engine, deployment: str) -> Retrain | None:
    """Return the newest retraining of a deployment, or None."""
    found = retrains_of(engine, deployment, limit=1)
    return found[0] if found else None


def _refusal(
    connection: Connection, deployment: str, policy: RetrainPolicy, trigger: Trigger, at: float
) -> str | None:
    mine = retrains.c.deployment == deployment
    going_on = connection.execute(
        select(retrains.c.started_at).where(mine, retrains.c.running.is_(True))
    ).scalar_one_or_none()
    if going_on is not None and at - going_on < LOST_AFTER_S:
        return f"Another retraining has been running for {(at - going_on) / 60:.0f} min."
    if trigger is Trigger.HAND:
        return None
    last = connection.execute(select(func.max(retrains.c.started_at)).where(mine)).scalar_one()
    if last is not None and at - last < policy.cooldown_s:
        return (
            f"The last retraining started {(at - last) / HOUR_S:.1f} h ago. The cooldown is "
            f"{policy.cooldown_s / HOUR_S:.4g} h (retrain.cooldown)."
        )
    spent = connection.execute(
        select(func.sum(retrains.c.spent_s)).where(
            mine,
            retrains.c.started_at > at - policy.period_s,
            retrains.c.trigger != Trigger.HAND.value,
        )
    ).scalar_one()
    if (spent or 0.0) >= policy.spend_s:
        return (
            f"Retrainings took {spent:.0f} s in the last {policy.period_s / HOUR_S:.4g} h. The "
            f"limit is {policy.spend_s:.0f} s (retrain.spend)."
        )
    return None


def _give_up_lost(connection: Connection, deployment: str, at: float) -> None:
    connection.execute(
        update(retrains)
        .where(
            retrains.c.deployment == deployment,
            retrains.c.running.is_(True),
            retrains.c.started_at <= at - LOST_AFTER_S,
        )
        .values(
            status=RetrainStatus.FAILED.value,
            running=None,
            ended_at=at,
            detail="Its process stopped without a result.",
        )
    )


def _retrain(row: Row[tuple[object, ...]]) -> Retrain:
    values = dict(row._mapping)
    del values["running"]
    values["trigger"] = Trigger(values["trigger"])
    values["status"] = RetrainStatus(values["status"])
    return Retrain(**values)
