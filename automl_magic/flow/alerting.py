"""Alerts: look at a deployment, and tell whoever must know."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from automl_magic.store.opened import predicted, store
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from automl_magic.monitor.alerts.current import Alerts
    from automl_magic.monitor.alerts.silences import Silence
    from automl_magic.records.monitoring.alert import Channel, Notice


def look(
    deployment: str, *, at: float | None = None, workspace: Workspace | None = None
) -> tuple[Notice, ...]:
    """Look at a deployment once: at its newest drift report, and at how it is served.

    What must be told is told, with what could not be delivered earlier. Any number of processes may
    look at once: what one has seen counts once, and each notice is sent by one of them.

    Parameters
    ----------
    at : float, optional
        The time, in seconds since 1970; now, if left out.
    workspace : Workspace, optional
        By default that of the environment: the person's own.

    Raises
    ------
    SpecError
        If the deployment's monitor file is not one.
    StoreError
    """
    from automl_magic.monitor.alerts import (
        deliver,
        monitor_of,
        observe,
        observe_approvals,
        observe_serving,
        observed_in,
    )
    from automl_magic.monitor.reports import newest_report

    at = time.time() if at is None else at
    here = workspace or default_workspace()
    monitor, engine = monitor_of(deployment, here.home), store(here)
    made: list[Notice] = []
    if (report := newest_report(engine, deployment)) is not None:
        made += observe(engine, monitor, observed_in(report), now=at)
    serving = observe_serving(engine, predicted(here), monitor, now=at)
    made += observe(engine, monitor, serving, now=at)
    waiting = observe_approvals(engine, deployment, now=at)
    made += observe(engine, monitor, waiting, now=at)
    deliver(engine, monitor, here.secret, now=at)
    return tuple(made)


def alerts(deployment: str | None = None, *, workspace: Workspace | None = None) -> Alerts:
    """Return what fires now, of one deployment or of all, the worst first.

    Raises
    ------
    StoreError
    """
    from automl_magic.monitor.alerts.current import current_alerts

    return current_alerts(store(workspace or default_workspace()), deployment, now=time.time())


def silence(
    key: str, for_s: float, reason: str = "", *, workspace: Workspace | None = None
) -> Silence:
    """Send no notices about an alert, a group of alerts or a deployment for a while.

    Raises
    ------
    MonitorError
        If there is no such alert, or the time is not from a second to 30 days.
    """
    from automl_magic.monitor import alerts as book

    here = workspace or default_workspace()
    return book.silence(
        store(here), key, for_s=for_s, reason=reason, actor=here.actor, now=time.time()
    )


def try_channel(
    channel: str, deployment: str | None = None, *, workspace: Workspace | None = None
) -> Channel:
    """Send a notice that says that it is a test over a channel, at once, and return the channel.

    Parameters
    ----------
    deployment : str, optional
        In whose monitor file the channel stands; needed where it stands in several.

    Raises
    ------
    MonitorError
        If there is no such channel, or the notice was not taken.
    """
    from automl_magic.monitor.alerts import monitor_of
    from automl_magic.monitor.alerts.trying import monitors_in, send_test

    here = workspace or default_workspace()
    folder = here.home / "monitors"
    monitors = monitors_in(folder) if deployment is None else [monitor_of(deployment, here.home)]
    return send_test(channel, monitors, here.secret, folder=folder, at=time.time())
