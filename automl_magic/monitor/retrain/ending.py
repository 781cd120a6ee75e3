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
    engine: Engine, monitor: Monitor, retrain_id: int, error: BaseException, *, at: float
) -> None:
    """Record a failed retraining. The next check of the deployment sends the notification."""
    words = f"{error.what} {error.why}" if isinstance(error, AutomlMagicError) else repr(error)
    end(engine, retrain_id, status=RetrainStatus.FAILED, detail=words, at=at)
    failed = event(monitor.name, AlertKind.RETRAIN_FAILED, "retrain", words, at=at)
    observe(engine, monitor, failed, at=at)


def retrain_succeeded(
    engine: Engine,
    monitor: Monitor,
    retrain_id: int,
    found: Retraining,
    version: ModelVersion | None,
    *,
    run_id: str,
    secret_of: SecretOf,
    at: float,
) -> None:
    """Record a completed retraining. A better challenger raises an alert to request approval."""
    end(
        engine,
        retrain_id,
        status=RetrainStatus.SUCCEEDED,
        detail=found.why,
        at=at,
        run_id=run_id,
        challenger=version.version if version else None,
    )
    observe(engine, monitor, calm(monitor.name, AlertKind.RETRAIN_FAILED, at=at), at=at)
    if version is not None:
        wanted = event(
            monitor.name,
            AlertKind.APPROVAL_WANTED,
            f"{version.name} {version.version}",
            found.why,
            at=at,
            severity=AlertSeverity.WARNING,
            link=found.link,
        )
        observe(engine, monitor, wanted, at=at)
    deliver(engine, monitor, secret_of, at=at)
