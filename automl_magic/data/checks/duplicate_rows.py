"""AM007: duplicate rows. A copy in the training rows reveals the target of a test row."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, pluralize
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM007", "Duplicate rows"
WARN_SHARE = 0.01


def run(table: CheckContext) -> Iterator[Finding]:
    import pandas as pd

    codes = pd.DataFrame({i: values.factorized[0] for i, values in enumerate(table.values)})
    n_copies = int(codes.duplicated().sum())
    if n_copies == 0:
        return
    share = n_copies / table.n_rows
    yield Finding(
        code=CODE,
        severity=Severity.WARNING if share >= WARN_SHARE else Severity.INFO,
        title=TITLE,
        detail=f"{pluralize(n_copies, 'row is a copy', 'rows are copies')} of an earlier one "
        f"({share:.1%}). Copies on both sides of a split inflate scores.",
        fix="If they're the same case, remove the copies before planning. If they're different "
        "cases that look the same, keep them.",
        evidence={"n_copies": n_copies, "share": share},
    )
