"""AM010: infinite numbers. They are treated as missing."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.look import Look, names, plural
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM010", "A column has infinite values"


def look(table: Look) -> Iterator[Finding]:
    counts = {
        column.name: column.summary["n_infinite"]
        for column in table.columns
        if "n_infinite" in column.summary
    }
    if not counts:
        return
    yield Finding(
        code=CODE,
        severity=Severity.WARNING,
        title=TITLE,
        detail=f"{plural(sum(counts.values()), 'value is', 'values are')} infinite, in "
        f"{names(counts)}; they count as missing.",
        fix="Look for a division by zero where the table is made, and leave such cells empty.",
        columns=tuple(counts),
        evidence={"n_infinite": counts},
    )
