"""Parsing of timestamps."""

from __future__ import annotations

from datetime import UTC, datetime

from automl_magic.errors import MonitorError


def parse_time(text: str) -> float:
    """Parse an ISO 8601 timestamp into seconds since 1970. Without a time zone, it's in UTC.

    Raises
    ------
    MonitorError
        If the text isn't an ISO 8601 timestamp.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except (AttributeError, ValueError) as error:
        raise MonitorError(
            f"{text!r} isn't a timestamp.",
            why="Timestamps use ISO 8601.",
            fix="Use a format like 2026-03-01 or 2026-03-01T09:30:00+00:00.",
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
