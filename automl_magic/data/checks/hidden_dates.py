"""AM012: dates that are stored as text."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names, format_unread
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM012", "Dates stored as text"


def run(table: CheckContext) -> Iterator[Finding]:
    hidden = [column for column in table.columns if "date_format" in column.parse]
    if not hidden:
        return
    n_unread = {column.name: int(column.summary.get("n_unread", 0)) for column in hidden}
    yield Finding(
        code=CODE,
        severity=Severity.INFO,
        title=TITLE,
        detail=f"Text in {format_names(hidden)} is read as dates. "
        + format_unread(sum(n_unread.values()), "dates"),
        fix="If the format is right, no action needed. To predict the future from the past, split "
        "by time: cv: {type: time, column: COLUMN}.",
        columns=tuple(n_unread),
        evidence={
            "date_format": {column.name: column.parse["date_format"] for column in hidden},
            "n_unread": n_unread,
        },
    )
