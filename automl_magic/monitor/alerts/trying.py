"""Send a test notification through a channel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from automl_magic.errors import MonitorError, shorten
from automl_magic.monitor.alerts.channels import Refused, send
from automl_magic.monitor.alerts.config import read_monitor
from automl_magic.monitor.alerts.secrets import SecretOf
from automl_magic.records.monitoring.alert import (
    AlertKind,
    AlertSeverity,
    AlertState,
    Channel,
    Monitor,
    Notice,
)


def monitors_in(folder: Path) -> list[Monitor]:
    """Read every monitor file in a folder. Raises SpecError."""
    return [read_monitor(path) for path in sorted(folder.glob("*.yaml"))]


def send_test(
    channel: str, monitors: Sequence[Monitor], secret_of: SecretOf, *, folder: Path, at: float
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
    found = {one.name: {known.name: known for known in one.channels} for one in monitors}
    here = {name: known[channel] for name, known in found.items() if channel in known}
    if len(here) != 1:
        names = sorted({name for known in found.values() for name in known})
        raise MonitorError(
            f"The channel {channel[:60]!r} is ambiguous."
            if here
            else f"There's no channel {channel[:60]!r}.",
            why=f"It's in the monitor files of {shorten(sorted(here))}."
            if here
            else f"The monitor files have {shorten(names) or 'no channels'}.",
            fix=f"Choose a deployment: automl alerts test {channel[:60]} --deployment NAME"
            if here
            else f"Add it to a file in {str(folder)!r} as docs/howto/alerts.md shows.",
        )
    ((name, to),) = here.items()
    notice = Notice(
        deployment=name,
        group=f"{name}/test",
        kind=AlertKind.MONITOR_FAILED,
        state=AlertState.FIRING,
        severity=AlertSeverity.INFO,
        title=f"Test: {name}: notifications arrive here",
        summaries=("This is a test by `automl alerts test`. Nothing is wrong.",),
        n_alerts=1,
        next_steps=(),
        at=at,
    )
    try:
        send(to, notice, notice_id=int(notice.at), secret_of=secret_of)
    except Refused as refused:
        raise MonitorError(
            f"The channel {channel!r} doesn't accept notifications.",
            why=str(refused),
            fix="Correct the channel in the monitor file.",
        ) from refused
    return to
