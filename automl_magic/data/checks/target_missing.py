"""AM001: rows whose target is missing. They cannot be learned from, nor scored."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.look import Look, plural
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM001", "The target has missing values"


def look(table: Look) -> Iterator[Finding]:
    column = table.target_column
    if column is None or column.n_missing == 0:
        return
    share = column.n_missing / table.n_rows
    yield Finding(
        code=CODE,
        severity=Severity.WARNING,
        title=TITLE,
        detail=f"{plural(column.n_missing, 'row')} of {table.n_rows:,} ({share:.1%}) without a "
        "target; left out.",
        fix="Fill them where the answer is known. If missing means a class of its own, name it.",
        columns=(column.name,),
        evidence={"n_missing": column.n_missing, "share": share},
    )
