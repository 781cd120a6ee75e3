"""Log channel: one line per notification, for log collectors."""

from __future__ import annotations

import logging

from automl_magic.monitor.alerts.secrets import SecretOf
from automl_magic.records.codec import json_text
from automl_magic.records.monitoring.alert import AlertSeverity, AlertState, Channel, Notification

LOGGER = logging.getLogger("automl_magic.alerts")
_LEVELS = {
    AlertSeverity.INFO: logging.INFO,
    AlertSeverity.WARNING: logging.WARNING,
    AlertSeverity.CRITICAL: logging.ERROR,
}


def send(channel: Channel, notice: Notification, notice_id: int, secret_of: SecretOf) -> None:  # noqa: ARG001
    """Log a notification as `event=alert key=value …`. Text values are JSON strings."""
    level = logging.INFO if notice.state is AlertState.RESOLVED else _LEVELS[notice.severity]
    LOGGER.log(
        level,
        "event=alert id=%d state=%s severity=%s group=%s alerts=%d title=%s first=%s run=%s "
        "cell=%s",
        notice_id,
        notice.state.value,
        notice.severity.value,
        json_text(notice.group),
        notice.n_alerts,
        json_text(notice.title),
        json_text(notice.summaries[0] if notice.summaries else ""),
        notice.link.run_id if notice.link else "",
        notice.link.cell_id if notice.link else "",
    )
