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

from automl_magic.monitor.alerts.book import alerts_of, observe
from automl_magic.monitor.alerts.config import monitor_file, monitor_of, read_monitor
from automl_magic.monitor.alerts.observed import Observation, event, observed_in
from automl_magic.monitor.alerts.posting import deliver, undelivered
from automl_magic.monitor.alerts.serving import observe_approvals, observe_serving
from automl_magic.monitor.alerts.silences import silence, silences_of

__all__ = [
    "Observation",
    "alerts_of",
    "deliver",
    "event",
    "monitor_file",
    "monitor_of",
    "observe",
    "observe_approvals",
    "observe_serving",
    "observed_in",
    "read_monitor",
    "silence",
    "silences_of",
    "undelivered",
]
