"""alerts: what is wrong with a deployment → who is told, how often, and that it is over.

config     the monitor file, and where it lies
observed   what was seen at one moment, from a drift report
serving    the same, from the predictions, the workers and the route
book       observations → alerts and notices, in one transaction
told       the words of a notice
posting    notices → channels, with retries
channels/  the log, a webhook of Slack's form, mail, PagerDuty (one file each)
trying     a test of a channel
current    what fires now, as it is shown
silences   who need not hear about what, until when
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
