"""Alerts, silences and notifications as plain text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from automl_magic.cli.formatters.table import format_table
from automl_magic.display.text import printable

if TYPE_CHECKING:
    from automl_magic.monitor.alerts.overview import AlertOverview
    from automl_magic.monitor.alerts.silences import Silence
    from automl_magic.records.monitoring.alert import Channel

MAX_ROWS = 50


def format_alerts(active: AlertOverview, deployment: str | None) -> str:
    """Format active alerts, most severe first, then silences and undelivered notifications."""
    scope = f" for {printable(deployment, 60)}" if deployment else ""
    blocks = [f"No active alerts{scope}."]
    if active.alerts:
        visible = active.alerts[:MAX_ROWS]
        more = len(active.alerts) - len(visible)
        headings = ("severity", "alert", "since", "summary", "run, cell")
        rows = [
            (
                alert.severity.value,
                alert.key,
                _format_time(alert.fired_at or alert.first_at),
                alert.summary,
                f"{alert.link.run_id} {alert.link.cell_id}" if alert.link else "–",
            )
            for alert in visible
        ]
        blocks = [format_table(headings, rows)]
        if more:
            blocks.append(f"… and {more:,} more: automl alerts --json")
        blocks.append("To silence an alert for a while: automl alerts silence ALERT --for 2h")
    for silence in active.silences:
        why = f" ({printable(silence.reason, 100)})" if silence.reason else ""
        until = _format_time(silence.until)
        blocks.append(
            f"Silenced until {until}: {printable(silence.key, 100)}, by {silence.actor}{why}"
        )
    for message in active.undelivered:
        state = "wasn't delivered" if message.is_dead else "is being retried"
        blocks.append(
            f"A notification over {printable(message.channel, 60)} {state} "
            f"({message.attempts} attempts): "
            f"{printable(message.title, 80)}: {printable(message.error, 200)}"
        )
    return "\n".join(blocks)


def format_silence(silence: Silence) -> str:
    """Format a new silence."""
    return f"Silenced {printable(silence.key, 200)} until {_format_time(silence.until)}."


def format_channel_test(channel: Channel) -> str:
    """Format the result of a channel test."""
    return (
        f"Sent a test notification over {printable(channel.name)} ({channel.kind.value}). "
        "Check that it arrived."
    )


def _format_time(timestamp: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(timestamp))
