"""A test of a channel: one notice that says so, at once."""

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
    """Return what every monitor file of a folder says. Raises SpecError."""
    return [read_monitor(path) for path in sorted(folder.glob("*.yaml"))]


def send_test(
    channel: str, monitors: Sequence[Monitor], secret_of: SecretOf, *, folder: Path, at: float
) -> Channel:
    """Send a notice that says that it is a test over a channel, and return the channel.

    Parameters
    ----------
    monitors : sequence of Monitor
        Where the channel may stand; exactly one must have it.
    secret_of : callable
        Returns the secret of a name: `Workspace.secret`.
    folder : Path
        Where monitor files lie, for the error.

    Raises
    ------
    MonitorError
        If there is no such channel, or the notice was not taken.
    """
    found = {one.name: {known.name: known for known in one.channels} for one in monitors}
    here = {name: known[channel] for name, known in found.items() if channel in known}
    if len(here) != 1:
        names = sorted({name for known in found.values() for name in known})
        raise MonitorError(
            f"It is not clear which channel {channel[:60]!r} is meant.",
            why=f"It stands in the monitor files of {shorten(sorted(here))}."
            if here
            else f"The monitor files have {shorten(names) or 'no channels'}.",
            fix=f"automl alerts test {channel[:60]} --deployment NAME"
            if here
            else f"Add it to a file in {str(folder)!r}; see docs/howto/alerts.md.",
        )
    ((name, to),) = here.items()
    notice = Notice(
        deployment=name,
        group=f"{name}/test",
        kind=AlertKind.MONITOR_FAILED,
        state=AlertState.FIRING,
        severity=AlertSeverity.INFO,
        title=f"Test: {name}: notices arrive here",
        summaries=("Somebody typed `automl alerts test`. Nothing is wrong.",),
        n_alerts=1,
        next_steps=(),
        at=at,
    )
    try:
        send(to, notice, notice_id=int(notice.at), secret_of=secret_of)
    except Refused as refused:
        raise MonitorError(
            f"The channel {channel!r} does not take notices.",
            why=str(refused),
            fix="Correct the channel in the monitor file.",
        ) from refused
    return to
