"""Record the end of a retraining and notify."""

from __future__ import annotations

from sqlalchemy import Engine

from automl_magic.errors import AutomlMagicError
from automl_magic.monitor.alerts import deliver_notifications, event_observation, record_observation
from automl_magic.monitor.alerts.observation import all_clear
from automl_magic.monitor.alerts.secrets import SecretOf
from automl_magic.monitor.retrain.policy import finish_retraining
from automl_magic.records import ModelVersion
from automl_magic.records.monitoring.alert import AlertKind, AlertSeverity, MonitorSpec
from automl_magic.records.monitoring.retrain import RetrainReport, RetrainStatus


def retrain_failed(
    engine: Engine, monitor: MonitorSpec, retrain_id: int, error: BaseException, *, now: float
) -> None:
    """Record a failed retraining. The next check of the deployment sends the notification."""
    detail = f"{error.what} {error.why}" if isinstance(error, AutomlMagicError) else repr(error)
    finish_retraining(engine, retrain_id, status=RetrainStatus.FAILED, detail=detail, now=now)
    failed = event_observation(monitor.name, AlertKind.RETRAIN_FAILED, "retrain", detail, at=now)
    record_observation(engine, monitor, failed, now=now)


def retrain_succeeded(
    engine: Engine,
    monitor: MonitorSpec,
    retrain_id: int,
    report: RetrainReport,
    version: ModelVersion | None,
    *,
    run_id: str,
    secret_of: SecretOf,
    now: float,
) -> None:
    """Record a completed retraining. A better challenger raises an alert to request approval."""
    finish_retraining(
        engine,
        retrain_id,
        status=RetrainStatus.SUCCEEDED,
        detail=report.why,
        now=now,
        run_id=run_id,
        challenger=version.version if version else None,
    )
    record_observation(
        engine, monitor, all_clear(monitor.name, AlertKind.RETRAIN_FAILED, at=now), now=now
    )
    if version is not None:
        approval_request = event_observation(
            monitor.name,
            AlertKind.APPROVAL_WANTED,
            f"{version.name} {version.version}",
            report.why,
            at=now,
            severity=AlertSeverity.WARNING,
            link=report.link,
        )
        record_observation(engine, monitor, approval_request, now=now)
    deliver_notifications(engine, monitor, secret_of, now=now)
