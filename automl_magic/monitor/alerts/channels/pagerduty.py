"""PagerDuty channel (Events API v2). Resolved alerts resolve their incidents.

https://developer.pagerduty.com/docs/events-api-v2-overview
"""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from automl_magic.monitor.alerts.channels.rejection import check_status
from automl_magic.monitor.alerts.secrets import SecretOf, fill_secrets
from automl_magic.outbound import post_json
from automl_magic.records.monitoring.alert import AlertState, Channel, Notification

URL = "https://events.pagerduty.com/v2/enqueue"
_MAX_SUMMARY, _MAX_KEY = 1_024, 255


def send(channel: Channel, notice: Notification, notice_id: int, secret_of: SecretOf) -> None:  # noqa: ARG001
    """Post a notification. Repeated notifications share a `dedup_key` and so an incident."""
    url = fill_secrets(channel.url or URL, secret_of)
    key = fill_secrets(channel.routing_key or "", secret_of)
    status = post_json(url, build_event(notice, key), allowed_hosts=channel.allowed_hosts)
    check_status(status, urlsplit(url).hostname or "The server")


def build_event(notice: Notification, routing_key: str) -> dict[str, object]:
    """Build the event to post."""
    event: dict[str, object] = {
        "routing_key": routing_key,
        "dedup_key": notice.group[:_MAX_KEY],
        "event_action": "resolve" if notice.state is AlertState.RESOLVED else "trigger",
        "client": "automl-magic",
        "payload": {
            "summary": notice.title[:_MAX_SUMMARY],
            "source": notice.deployment,
            "severity": notice.severity.value,
            "timestamp": dt.datetime.fromtimestamp(notice.timestamp, dt.UTC).isoformat(),
            "component": notice.deployment,
            "group": notice.group,
            "class": notice.kind.value,
            "custom_details": {
                "alerts": notice.n_alerts,
                "summaries": list(notice.summaries),
                "next_steps": list(notice.next_steps),
                "link": notice.link.to_json() if notice.link else None,
            },
        },
    }
    if notice.url is not None:
        event["links"] = [{"href": notice.url, "text": "Notebook cell"}]
    return event
