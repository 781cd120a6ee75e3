"""Alerts, silences and notices in plain text."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from automl_magic.cli.words.table import text_table
from automl_magic.look.text import safe

if TYPE_CHECKING:
    from automl_magic.monitor.alerts.current import Alerts
    from automl_magic.monitor.alerts.silences import Silence
    from automl_magic.records.monitoring.alert import Channel

MOST_ROWS = 50


def alerts(found: Alerts, deployment: str | None) -> str:
    """Lay out what fires, the worst first, then what is silenced and what was not delivered."""
    of = f" for {safe(deployment, 60)}" if deployment else ""
    blocks = [f"No alert fires{of}."]
    if found.alerts:
        shown = found.alerts[:MOST_ROWS]
        more = len(found.alerts) - len(shown)
        heads = ("severity", "alert", "since", "what", "run, cell")
        rows = [
            (
                one.severity.value,
                one.key,
                _when(one.fired_at or one.first_at),
                one.summary,
                f"{one.link.run_id} {one.link.cell_id}" if one.link else "–",
            )
            for one in shown
        ]
        blocks = [text_table(heads, rows)]
        if more:
            blocks.append(f"… and {more:,} more: automl alerts --json")
        blocks.append("Be silent about one for a while: automl alerts silence ALERT --for 2h")
    for silence in found.silences:
        why = f" ({safe(silence.reason, 100)})" if silence.reason else ""
        until = _when(silence.until)
        blocks.append(f"Silent until {until}: {safe(silence.key, 100)}, by {silence.actor}{why}")
    for lost in found.undelivered:
        state = "was not delivered" if lost.is_dead else "is tried again"
        blocks.append(
            f"A notice over {safe(lost.channel, 60)} {state} ({lost.attempts} tries): "
            f"{safe(lost.title, 80)}: {safe(lost.error, 200)}"
        )
    return "\n".join(blocks)


def silenced(silence: Silence) -> str:
    """Say until when nobody is told."""
    return f"No notices about {safe(silence.key, 200)} until {_when(silence.until)}."


def tested(channel: Channel) -> str:
    """Say that a test went out."""
    return f"A test went out over {safe(channel.name)} ({channel.kind.value}). Did it arrive?"


def _when(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
