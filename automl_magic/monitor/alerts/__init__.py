"""Alerts on the problems of a deployment, and their notifications.

config     the monitor file
observed   observations from a drift report
serving    observations from the predictions, the workers and the route
book       observations → alerts and notifications, in one transaction
told       the text of a notification
posting    notifications → channels, with retries
channels/  log, Slack webhook, email, PagerDuty (one file each)
trying     test notifications
current    active alerts, silences and undelivered notifications
silences   periods without notifications
secrets    references to secrets
"""

from automl_magic.monitor.alerts.alert_store import alerts_of, record_observation
from automl_magic.monitor.alerts.config import load_monitor, monitor_file, read_monitor
from automl_magic.monitor.alerts.delivery import deliver_notifications, undelivered_notifications
from automl_magic.monitor.alerts.observation import (
    Observation,
    event_observation,
    observation_from_report,
)
from automl_magic.monitor.alerts.serving import observe_approvals, observe_serving
from automl_magic.monitor.alerts.silences import silence, silences_of

__all__ = [
    "Observation",
    "alerts_of",
    "deliver_notifications",
    "event_observation",
    "load_monitor",
    "monitor_file",
    "observation_from_report",
    "observe_approvals",
    "observe_serving",
    "read_monitor",
    "record_observation",
    "silence",
    "silences_of",
    "undelivered_notifications",
]
