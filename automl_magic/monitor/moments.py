"""Moments: what a person writes as a time, as seconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime

from automl_magic.errors import MonitorError


def seconds_of(text: str) -> float:
    """Return a moment written in ISO 8601 as seconds since 1970; without a zone it is in UTC.

    Raises
    ------
    MonitorError
        If it is no such moment.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except (AttributeError, ValueError) as error:
        raise MonitorError(
            f"{text!r} is no moment.",
            why="A moment is written in ISO 8601.",
            fix="Write it like 2026-03-01 or 2026-03-01T09:30:00+00:00.",
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
