"""AM013: dates in which the order of day and month is a guess."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.look import Look, names
from automl_magic.data.hidden_dates import is_guess
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM013", "The order of day and month is a guess"


def look(table: Look) -> Iterator[Finding]:
    guessed = [column for column in table.features if is_guess(column.reason)]
    if not guessed:
        return
    yield Finding(
        code=CODE,
        severity=Severity.WARNING,
        title=TITLE,
        detail=f"No value of {names(guessed)} has a day above 12, so 03/04 is read as March 4.",
        fix="If the day comes first, write the dates as 2024-04-03 in the table.",
        columns=tuple(column.name for column in guessed),
        evidence={"date_format": {c.name: c.parse["date_format"] for c in guessed}},
    )
