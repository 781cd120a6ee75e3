"""Record the end of a retraining and notify."""

from __future__ import annotations

from sqlalchemy import Engine

from automl_magic.errors import AutomlMagicError
from automl_magic.monitor.alerts import deliver, event, observe
from automl_magic.monitor.alerts.observed import calm
from automl_magic.monitor.alerts.secrets import SecretOf
from automl_magic.monitor.retrain.policy import end
from automl_magic.records import ModelVersion
from automl_magic.records.monitoring.alert import AlertKind, AlertSeverity, Monitor
from automl_magic.records.monitoring.retrain import Retraining, RetrainStatus


def retrain_failed(
    engine: Engine, monitor: Monitor, retrain_id: int, error: BaseException, *, now: float
) -> None:
    """Record a failed retraining. The next check of the deployment sends the notification."""
    detail = f"{error.what} {error.why}" if isinstance(error, AutomlMagicError) else repr(error)
    end(engine, retrain_id, status=RetrainStatus.FAILED, detail=detail, now=now)
    failed = event(monitor.name, AlertKind.RETRAIN_FAILED, "retrain", detail, at=now)
    observe(engine, monitor, failed, now=now)


def retrain_succeeded(
    engine: Engine,
    monitor: Monitor,
    retrain_id: int,
    report: Retraining,
    version: ModelVersion | None,
    *,
    run_id: str,
    secret_of: SecretOf,
    now: float,
) -> None:
    """Record a completed retraining. A better challenger raises an alert to request approval."""
    end(
        engine,
        retrain_id,
        status=RetrainStatus.SUCCEEDED,
        detail=report.why,
        now=now,
        run_id=run_id,
        challenger=version.version if version else None,
    )
    observe(engine, monitor, calm(monitor.name, AlertKind.RETRAIN_FAILED, at=now), now=now)
    if version is not None:
        approval_request = event(
            monitor.name,
            AlertKind.APPROVAL_WANTED,
            f"{version.name} {version.version}",
            report.why,
            at=now,
            severity=AlertSeverity.WARNING,
            link=report.link,
        )
        observe(engine, monitor, approval_request, now=now)
    deliver(engine, monitor, secret_of, now=now)
