"""Send a test notification through a channel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from automl_magic.errors import MonitorError, shorten
from automl_magic.monitor.alerts.channels import NotificationRejected, send
from automl_magic.monitor.alerts.config import read_monitor
from automl_magic.monitor.alerts.secrets import SecretOf
from automl_magic.records.monitoring.alert import (
    AlertKind,
    AlertSeverity,
    AlertState,
    Channel,
    MonitorSpec,
    Notification,
)


def read_monitors(folder: Path) -> list[MonitorSpec]:
    """Read every monitor file in a folder. Raises SpecError."""
    return [read_monitor(path) for path in sorted(folder.glob("*.yaml"))]


def send_test(
    channel: str, monitors: Sequence[MonitorSpec], secret_of: SecretOf, *, folder: Path, at: float
) -> Channel:
    """Send a test notification through a channel, and return the channel.

    Parameters
    ----------
    monitors : sequence of Monitor
        Monitors to search. Exactly one must have the channel.
    secret_of : callable
        Returns the secret of a name: `Workspace.secret`.
    folder : Path
        Folder of the monitor files, for the error message.

    Raises
    ------
    MonitorError
        If no or several monitors have the channel, or it rejects the notification.
    """
    by_monitor = {
        monitor.name: {candidate.name: candidate for candidate in monitor.channels}
        for monitor in monitors
    }
    matches = {
        name: channels[channel] for name, channels in by_monitor.items() if channel in channels
    }
    if len(matches) != 1:
        names = sorted({name for channels in by_monitor.values() for name in channels})
        raise MonitorError(
            f"The channel {channel[:60]!r} is ambiguous."
            if matches
            else f"There's no channel {channel[:60]!r}.",
            why=f"It's in the monitor files of {shorten(sorted(matches))}."
            if matches
            else f"The monitor files have {shorten(names) or 'no channels'}.",
            fix=f"Choose a deployment: automl alerts test {channel[:60]} --deployment NAME"
            if matches
            else f"Add it to a file in {str(folder)!r} as docs/howto/alerts.md shows.",
        )
    ((name, target),) = matches.items()
    notice = Notification(
        deployment=name,
        group=f"{name}/test",
        kind=AlertKind.MONITOR_FAILED,
        state=AlertState.FIRING,
        severity=AlertSeverity.INFO,
        title=f"Test: {name}: notifications arrive here",
        summaries=("This is a test by `automl alerts test`. Nothing is wrong.",),
        n_alerts=1,
        next_steps=(),
        timestamp=at,
    )
    try:
        send(target, notice, notice_id=int(notice.timestamp), secret_of=secret_of)
    except NotificationRejected as refused:
        raise MonitorError(
            f"The channel {channel!r} doesn't accept notifications.",
            why=str(refused),
            fix="Correct the channel in the monitor file.",
        ) from refused
    return target
