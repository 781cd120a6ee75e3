"""Channels that send notifications, one file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from automl_magic.errors import OutboundRefused
from automl_magic.monitor.alerts.channels import email, log, pagerduty, slack
from automl_magic.monitor.alerts.channels.rejection import NotificationRejected
from automl_magic.monitor.alerts.secrets import SecretOf
from automl_magic.records.monitoring.alert import Channel, ChannelKind, Notification

__all__ = ["NotificationRejected", "send"]

_SENDERS: Mapping[ChannelKind, Callable[[Channel, Notification, int, SecretOf], None]] = {
    ChannelKind.LOG: log.send,
    ChannelKind.SLACK: slack.send,
    ChannelKind.EMAIL: email.send,
    ChannelKind.PAGERDUTY: pagerduty.send,
}


def send(channel: Channel, notice: Notification, *, notice_id: int, secret_of: SecretOf) -> None:
    """Send a notification through a channel.

    Parameters
    ----------
    notice_id : int
        ID of the notification. Stays the same for retries, so the receiver can detect duplicates.
    secret_of : callable
        Returns the secret of a name: `Workspace.secret`.

    Raises
    ------
    Refused
        If the channel can't send it and a retry wouldn't help.
    MonitorError, OutboundFailed
        If a retry could help.
    """
    try:
        _SENDERS[channel.kind](channel, notice, notice_id, secret_of)
    except OutboundRefused as refused:
        raise NotificationRejected(f"{refused.what} {refused.why} {refused.fix}") from refused
