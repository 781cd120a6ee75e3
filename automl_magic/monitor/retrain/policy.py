"""May a retraining begin? One at a time; unasked ones with a cool-down and a budget."""

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

# A process that was killed leaves its row behind; no search lasts as long as this.
LOST_AFTER_S = 48 * HOUR_S


@dataclass(frozen=True)
class Retrain:
    """A line of the book of retrainings. Times are seconds since 1970 in UTC."""

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
    """Return the alert that calls for a retraining: a critical one of a kind of the policy."""
    calling = [
        alert
        for alert in firing
        if alert.severity is AlertSeverity.CRITICAL and alert.kind.value in policy.on
    ]
    return min(calling, key=lambda alert: policy.on.index(alert.kind.value), default=None)


def refusal(
    engine: Engine, deployment: str, policy: RetrainPolicy, trigger: Trigger, *, at: float
) -> str | None:
    """Return why a retraining may not begin now, in a sentence, or None where it may.

    What a person asks for waits for nothing but another one that goes on.
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
    """Write down that a retraining begins, and return its number.

    Raises
    ------
    MonitorError
        If it may not. Of two that begin at once, one does: the database has one place a deployment.
    """
    busy = "Another retraining goes on."
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
        f"{deployment} is not trained anew now.",
        why=why,
        fix=f"See what goes on: automl runs. To ask for it yourself: automl retrain {deployment}",
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
    """Write down how a retraining ended; the next one may begin."""
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
    """Return the newest retraining of a deployment, if there was one."""
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
        return f"Another one goes on, since {(at - going_on) / 60:.0f} min."
    if trigger is Trigger.HAND:
        return None
    last = connection.execute(select(func.max(retrains.c.started_at)).where(mine)).scalar_one()
    if last is not None and at - last < policy.cooldown_s:
        return (
            f"The last one began {(at - last) / HOUR_S:.1f} h ago; between two of them lie "
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
            f"They took {spent:.0f} s in the last {policy.period_s / HOUR_S:.4g} h, and "
            f"{policy.spend_s:.0f} s are allowed (retrain.spend)."
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
            detail="Its process is gone.",
        )
    )


def _retrain(row: Row[tuple[object, ...]]) -> Retrain:
    values = dict(row._mapping)
    del values["running"]
    values["trigger"] = Trigger(values["trigger"])
    values["status"] = RetrainStatus(values["status"])
    return Retrain(**values)
