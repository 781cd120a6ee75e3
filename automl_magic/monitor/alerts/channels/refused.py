"""What another try would not change."""

from __future__ import annotations

from automl_magic.errors import MonitorError


class Refused(Exception):
    """The notice cannot be sent over this channel. The message says why, without any secret."""


def check_status(status: int, host: str) -> None:
    """Raise unless an HTTP status says that the notice was taken.

    Raises
    ------
    Refused
        For a status that says that the request is wrong.
    MonitorError
        For any other: the server is busy or broken.
    """
    if 200 <= status < 300:
        return
    if 300 <= status < 500 and status not in (408, 425, 429):
        raise Refused(f"{host} answered {status}: check the address and the secret in it.")
    raise MonitorError(
        f"{host} did not take the notice.",
        why=f"It answered {status}.",
        fix="It is tried again by itself.",
    )
