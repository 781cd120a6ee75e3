"""AM008: a table with so few rows that scores are uncertain."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, pluralize
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM008", "Too few rows"
ENOUGH_ROWS, MIN_ROWS = 200, 10


def run(table: CheckContext) -> Iterator[Finding]:
    if table.n_rows >= ENOUGH_ROWS:
        return
    is_unusable = table.n_rows < MIN_ROWS
    yield Finding(
        code=CODE,
        severity=Severity.ERROR if is_unusable else Severity.WARNING,
        title=TITLE,
        detail=f"The table has {pluralize(table.n_rows, 'row')}. "
        + (
            "That's too few to train and score a model." if is_unusable else "Scores are uncertain."
        ),
        fix=f"Collect more rows, at least {ENOUGH_ROWS}."
        + (
            "" if is_unusable else " Until then, check the interval of a score, and use more folds."
        ),
        evidence={"n_rows": table.n_rows},
    )
