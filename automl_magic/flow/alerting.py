"""Alerts: check a deployment and send notifications."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from automl_magic.store.opened import predictions_engine, store_engine
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from automl_magic.monitor.alerts.overview import AlertOverview
    from automl_magic.monitor.alerts.silences import Silence
    from automl_magic.records.monitoring.alert import Channel, Notification


def check_alerts(
    deployment: str, *, now: float | None = None, workspace: Workspace | None = None
) -> tuple[Notification, ...]:
    """Check a deployment once and send the notifications that are due.

    This checks the newest drift report, the traffic and pending approvals. It also retries
    notifications that couldn't be delivered. Several processes can check at the same time: each
    observation counts once, and each notification is sent by one process.

    Parameters
    ----------
    deployment : str
        Name of the deployment.
    now : float, seconds since 1970, optional
        Time of the check. Default: now.
    workspace : Workspace, optional
        Default: the workspace of the environment.

    Returns
    -------
    tuple of Notice
        The new notifications.

    Raises
    ------
    SpecError
        If the deployment's monitor file is invalid.
    StoreError
    """
    from automl_magic.monitor.alerts import (
        deliver_notifications,
        load_monitor,
        observation_from_report,
        observe_approvals,
        observe_serving,
        record_observation,
    )
    from automl_magic.monitor.reports import newest_report

    now = time.time() if now is None else now
    here = workspace or default_workspace()
    monitor, engine = load_monitor(deployment, here.home), store_engine(here)
    notifications: list[Notification] = []
    if (report := newest_report(engine, deployment)) is not None:
        notifications += record_observation(
            engine, monitor, observation_from_report(report), now=now
        )
    serving = observe_serving(engine, predictions_engine(here), monitor, now=now)
    notifications += record_observation(engine, monitor, serving, now=now)
    approvals = observe_approvals(engine, deployment, now=now)
    notifications += record_observation(engine, monitor, approvals, now=now)
    deliver_notifications(engine, monitor, here.secret, now=now)
    return tuple(notifications)


def alerts(deployment: str | None = None, *, workspace: Workspace | None = None) -> AlertOverview:
    """Return the active alerts of a deployment, or of all, most severe first.

    Raises
    ------
    StoreError
    """
    from automl_magic.monitor.alerts.overview import alert_overview

    return alert_overview(
        store_engine(workspace or default_workspace()), deployment, now=time.time()
    )


def silence(
    key: str, for_s: float, reason: str = "", *, workspace: Workspace | None = None
) -> Silence:
    """Stop notifications about an alert, a group of alerts or a deployment for a while.

    Parameters
    ----------
    key : str
        Key of the alert or group, or name of the deployment.
    for_s : float, seconds
        Duration, from 1 second to 30 days.
    reason : str
        Reason, shown with the silence.

    Raises
    ------
    MonitorError
        If there's no such alert, or the duration is out of range.
    """
    from automl_magic.monitor import alerts as monitor_alerts

    here = workspace or default_workspace()
    return monitor_alerts.silence(
        store_engine(here), key, for_s=for_s, reason=reason, actor=here.actor, now=time.time()
    )


def try_channel(
    channel: str, deployment: str | None = None, *, workspace: Workspace | None = None
) -> Channel:
    """Send a test notification over a channel, and return the channel.

    Parameters
    ----------
    channel : str
        Name of the channel.
    deployment : str, optional
        Deployment whose monitor file defines the channel. Required if several files do.

    Raises
    ------
    MonitorError
        If there's no such channel, or the notification was rejected.
    """
    from automl_magic.monitor.alerts import load_monitor
    from automl_magic.monitor.alerts.channel_test import read_monitors, send_test

    here = workspace or default_workspace()
    folder = here.home / "monitors"
    monitors = (
        read_monitors(folder) if deployment is None else [load_monitor(deployment, here.home)]
    )
    return send_test(channel, monitors, here.secret, folder=folder, at=time.time())
