"""Active alerts, active silences and undelivered notifications."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from automl_magic.monitor.alerts.alert_store import alerts_of
from automl_magic.monitor.alerts.delivery import UndeliveredNotification, undelivered_notifications
from automl_magic.monitor.alerts.silences import Silence, silences_of
from automl_magic.records.monitoring.alert import Alert


@dataclass(frozen=True)
class AlertOverview:
    """Active alerts, active silences and undelivered notifications."""

    alerts: tuple[Alert, ...]
    silences: tuple[Silence, ...]
    undelivered: tuple[UndeliveredNotification, ...]

    def to_json(self) -> dict[str, object]:
        """Return the fields as JSON types."""
        return {
            "alerts": [alert.to_json() for alert in self.alerts],
            "silences": [vars(silence) for silence in self.silences],
            "undelivered": [vars(notice) for notice in self.undelivered],
        }


def alert_overview(engine: Engine, deployment: str | None, *, now: float) -> AlertOverview:
    """Return the active alerts of one or all deployments, by severity. Raises StoreError."""
    return AlertOverview(
        alerts_of(engine, deployment),
        silences_of(engine, now=now),
        undelivered_notifications(engine, deployment),
    )
