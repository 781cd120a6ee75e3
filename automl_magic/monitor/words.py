"""Numbers and severities for reading."""

from __future__ import annotations

from datetime import UTC, datetime

from automl_magic.look.text import safe
from automl_magic.records.monitoring.drift import DriftSeverity

MARKS = {
    DriftSeverity.UNJUDGED: "– not judged",
    DriftSeverity.OK: "✓ ok",
    DriftSeverity.WARNING: "▲ warning",
    DriftSeverity.CRITICAL: "■ critical",
}


# Starts the description of the shift in `ColumnDrift.why`. The command line shows only that part.
SHIFT = "Shift: "


def name_of(column: str, limit: int = 60) -> str:
    """Return a column's name for a sentence."""
    return repr(safe(column, limit))


def p_text(value: float | None) -> str:
    """Return a p-value for reading."""
    if value is None:
        return "–"
    return "< 1e-12" if value < 1e-12 else f"{value:.2g}"


def moment(at: float) -> str:
    """Return a moment in seconds since 1970 as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
