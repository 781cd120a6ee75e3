"""Rejected notifications, which a retry wouldn't help."""

from __future__ import annotations

from automl_magic.errors import MonitorError


class NotificationRejected(Exception):
    """The channel can't send the notification. The message has the reason, without secrets."""


def check_status(status: int, host: str) -> None:
    """Raise an error unless the HTTP status is a success (2xx).

    Raises
    ------
    Refused
        If the status means that the request is wrong.
    MonitorError
        For any other status: the server is busy or broken.
    """
    if 200 <= status < 300:
        return
    if 300 <= status < 500 and status not in (408, 425, 429):
        raise NotificationRejected(
            f"{host} returned status {status}. Check the URL and its secret."
        )
    raise MonitorError(
        f"{host} didn't accept the notification.",
        why=f"It returned status {status}.",
        fix="No action needed: it's retried automatically.",
    )
