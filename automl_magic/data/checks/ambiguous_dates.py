"""AM013: dates whose order of day and month is ambiguous."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM013", "Ambiguous day and month order"


def run(table: CheckContext) -> Iterator[Finding]:
    ambiguous = [
        column
        for column in table.features
        if column.name in table.ambiguous and "date_format" in column.parse
    ]
    if not ambiguous:
        return
    yield Finding(
        code=CODE,
        severity=Severity.WARNING,
        title=TITLE,
        detail=f"No day in {format_names(ambiguous)} is above 12, so 03/04 is read as March 4.",
        fix="If the day comes first, write the dates in ISO format, such as 2024-04-03.",
        columns=tuple(column.name for column in ambiguous),
        evidence={"date_format": {c.name: c.parse["date_format"] for c in ambiguous}},
    )
