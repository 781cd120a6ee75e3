"""AM001: rows with a missing target. They can't be used for training or scoring."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM001", "Missing target values"


def run(table: CheckContext) -> Iterator[Finding]:
    column = table.target_column
    if column is None or column.n_missing == 0:
        return
    share = column.n_missing / table.n_rows
    yield Finding(
        code=CODE,
        severity=Severity.WARNING,
        title=TITLE,
        detail=f"{column.n_missing:,} of {table.n_rows:,} rows ({share:.1%}) "
        + ("has" if column.n_missing == 1 else "have")
        + " no target. Rows without a target are excluded.",
        fix="Fill in the values you know. If missing is a class, name it.",
        columns=(column.name,),
        evidence={"n_missing": column.n_missing, "share": share},
    )
