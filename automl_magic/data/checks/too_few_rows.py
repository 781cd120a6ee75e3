"""AM008: a table so short that a score says little."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.look import Look, plural
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM008", "The table has few rows"
ENOUGH, LEAST = 200, 10


def look(table: Look) -> Iterator[Finding]:
    if table.n_rows >= ENOUGH:
        return
    hopeless = table.n_rows < LEAST
    yield Finding(
        code=CODE,
        severity=Severity.ERROR if hopeless else Severity.WARNING,
        title=TITLE,
        detail=f"{plural(table.n_rows, 'row')}: "
        + ("nothing can be learned and checked." if hopeless else "scores will be uncertain."),
        fix=f"Collect more: {ENOUGH} is a start."
        + (
            "" if hopeless else " Until then, read the interval beside a score, and use more folds."
        ),
        evidence={"n_rows": table.n_rows},
    )
