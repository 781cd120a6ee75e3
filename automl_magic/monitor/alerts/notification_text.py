"""The text of a notification. Text from data is made safe and put on one line."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from urllib.parse import quote

from automl_magic.display.text import printable
from automl_magic.records.monitoring.alert import Alert, AlertKind, AlertState, Notification
from automl_magic.records.runs.score import CellLink

URL_VARIABLE = "AUTOML_MAGIC_NOTEBOOKS_URL"
MAX_SUMMARIES = 5
_MAX_SUMMARY = 300

_DESCRIPTIONS = {
    AlertKind.FEATURE_DRIFT: ("drift in 1 feature", "drift in {n:,} features"),
    AlertKind.PREDICTION_DRIFT: ("prediction drift",) * 2,
    AlertKind.QUALITY: ("bad data in 1 column", "bad data in {n:,} columns"),
    AlertKind.PERFORMANCE: ("the model performs worse than at release",) * 2,
    AlertKind.CALIBRATION: ("the probabilities are no longer calibrated",) * 2,
    AlertKind.ERROR_RATE: ("too many requests fail",) * 2,
    AlertKind.LATENCY: ("high latency",) * 2,
    AlertKind.NO_TRAFFIC: ("no requests are arriving",) * 2,
    AlertKind.WORKERS: ("worker processes are dying",) * 2,
    AlertKind.ROLLBACK: ("a version was rolled back",) * 2,
    AlertKind.APPROVAL_WANTED: ("a challenger is waiting for approval",) * 2,
    AlertKind.RETRAIN_FAILED: ("retraining failed",) * 2,
    AlertKind.MONITOR_FAILED: ("the monitor notebook failed",) * 2,
}
_NEXT_STEPS = {
    AlertKind.FEATURE_DRIFT: ("automl app monitor {name}", "automl retrain {name}"),
    AlertKind.PREDICTION_DRIFT: ("automl app monitor {name}", "automl retrain {name}"),
    AlertKind.QUALITY: ("automl app monitor {name}",),
    AlertKind.PERFORMANCE: ("automl retrain {name}", "automl app monitor {name}"),
    AlertKind.CALIBRATION: ("automl retrain {name}", "automl app monitor {name}"),
    AlertKind.ERROR_RATE: ("automl route {name}", "automl rollback {name}"),
    AlertKind.LATENCY: ("automl route {name}", "automl app monitor {name}"),
    AlertKind.NO_TRAFFIC: ("automl route {name}",),
    AlertKind.WORKERS: ("automl route {name}",),
    AlertKind.ROLLBACK: ("automl route {name}", "automl app monitor {name}"),
    AlertKind.APPROVAL_WANTED: (),
    AlertKind.RETRAIN_FAILED: ("automl runs", "automl retrain {name}"),
    AlertKind.MONITOR_FAILED: ("automl monitor {name}",),
}


def build_notification(
    deployment: str, kind: AlertKind, group: str, alerts: Sequence[Alert], *, at: float
) -> Notification:
    """Build the notification about the firing or resolved alerts of a group.

    Parameters
    ----------
    alerts : sequence of Alert
        At least one, all firing or all resolved.
    """
    ordered = sorted(alerts, key=lambda alert: (-alert.severity.rank, alert.first_at, alert.key))
    worst = ordered[0]
    state = worst.state
    description = _DESCRIPTIONS[kind][len(ordered) > 1].format(n=len(ordered))
    name = printable(deployment, 120)
    title = (
        f"Resolved: {name}: {description}"
        if state is AlertState.RESOLVED
        else (f"{worst.severity.value.capitalize()}: {name}: {description}")
    )
    listed = ordered[:MAX_SUMMARIES]
    return Notification(
        deployment=deployment,
        group=group,
        kind=kind,
        state=state,
        severity=worst.severity,
        title=title,
        summaries=tuple(_summary(alert) for alert in listed),
        n_alerts=len(ordered),
        next_steps=_next_steps(deployment, kind, worst),
        timestamp=at,
        link=worst.link,
        url=cell_url(worst.link),
    )


def notification_lines(notice: Notification) -> list[str]:
    """Format a notification as lines of plain text."""
    lines = [notice.title, *notice.summaries]
    if (more := notice.n_alerts - len(notice.summaries)) > 0:
        lines.append(f"… and {more:,} more: automl alerts {shlex.quote(notice.deployment)}")
    if notice.link is not None:
        link = notice.link
        lines.append(f"Source: cell {link.cell_id} of {link.notebook}, run {link.run_id}")
    if notice.url is not None:
        lines.append(notice.url)
    lines += [f"Run: {step}" for step in notice.next_steps]
    return lines


def cell_url(link: CellLink | None) -> str | None:
    """Return the URL of a notebook cell, or None if `AUTOML_MAGIC_NOTEBOOKS_URL` isn't set.

    The variable is a URL with the placeholders `{run}`, `{notebook}` and `{cell}`, such as
    `https://hub.example/user/ann/lab/tree/runs/{run}/{notebook}#{cell}`.
    """
    template = os.environ.get(URL_VARIABLE)
    if link is None or not template or not template.startswith(("https://", "http://")):
        return None
    values = {"{run}": link.run_id, "{notebook}": link.notebook, "{cell}": link.cell_id}
    for placeholder, value in values.items():
        template = template.replace(placeholder, quote(value, safe=""))
    return template


def _summary(alert: Alert) -> str:
    subject = printable(alert.subject, 80)
    summary = printable(alert.summary, _MAX_SUMMARY)
    return summary if subject in summary else f"{subject}: {summary}"


def _next_steps(deployment: str, kind: AlertKind, worst: Alert) -> tuple[str, ...]:
    if worst.state is AlertState.RESOLVED:
        return ()
    if kind is AlertKind.APPROVAL_WANTED:  # the subject is `MODEL VERSION`
        model, _, version = worst.subject.rpartition(" ")
        return (
            f"automl approve {shlex.quote(model)} {version}",
            f"automl route {shlex.quote(deployment)} --canary {version} --percent 10",
        )
    return tuple(step.format(name=shlex.quote(deployment)) for step in _NEXT_STEPS[kind])
