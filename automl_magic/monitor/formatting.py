"""Formatting of numbers, times and severities."""

from __future__ import annotations

from datetime import UTC, datetime

from automl_magic.display.text import printable
from automl_magic.records.monitoring.drift import DriftSeverity

SEVERITY_LABELS = {
    DriftSeverity.UNJUDGED: "– not checked",
    DriftSeverity.OK: "✓ ok",
    DriftSeverity.WARNING: "▲ warning",
    DriftSeverity.CRITICAL: "■ critical",
}


def quote_name(column: str, limit: int = 60) -> str:
    """Return a column name in quotes, shortened to `limit` characters."""
    return repr(printable(column, limit))


def format_p_value(value: float | None) -> str:
    """Format a p-value."""
    if value is None:
        return "–"
    return "< 1e-12" if value < 1e-12 else f"{value:.2g}"


def format_time(timestamp: float) -> str:
    """Format seconds since 1970 as an ISO 8601 timestamp in UTC, to the second."""
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="seconds")
