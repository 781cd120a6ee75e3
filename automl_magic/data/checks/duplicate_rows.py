"""AM007: rows that are there more than once. A copy in the training rows gives the answer away."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.look import Look, plural
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM007", "Rows are repeated"
WARN_SHARE = 0.01


def look(table: Look) -> Iterator[Finding]:
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
        detail=f"{plural(n_copies, 'row is a copy', 'rows are copies')} of an earlier one "
        f"({share:.1%}). A copy on the other side of a split makes scores too good.",
        fix="If they are the same case written twice, remove them before planning. If they are "
        "different cases that look the same, leave them.",
        evidence={"n_copies": n_copies, "share": share},
    )
