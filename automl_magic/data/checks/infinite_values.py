"""AM010: infinite numbers, which are treated as missing."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names, pluralize
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM010", "Infinite values"


def run(table: CheckContext) -> Iterator[Finding]:
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
        detail=f"{pluralize(sum(counts.values()), 'value is', 'values are')} infinite in "
        f"{format_names(counts)}. Infinite values are treated as missing.",
        fix="Check the code that builds the table for division by zero, and leave such cells "
        "empty.",
        columns=tuple(counts),
        evidence={"n_infinite": counts},
    )
