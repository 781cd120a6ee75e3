"""AM003: a column with the same value in every row, or with none at all."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.look import Look, names, plural
from automl_magic.records import ColumnKind, Finding, Severity

CODE, TITLE = "AM003", "A column is constant"


def look(table: Look) -> Iterator[Finding]:
    constant = [column.name for column in table.features if column.kind is ColumnKind.CONSTANT]
    if not constant:
        return
    yield Finding(
        code=CODE,
        severity=Severity.INFO,
        title=TITLE,
        detail=f"{plural(len(constant), 'column has', 'columns have')} one value, or none, in all "
        f"rows: {names(constant)}. No model can use that.",
        fix="Nothing: the plan leaves it out. If it should vary, look at how the table was made.",
        columns=tuple(constant),
        drop=tuple(constant),
    )
