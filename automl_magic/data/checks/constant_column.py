"""AM003: a column with the same value in every row, or no values at all."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names, pluralize
from automl_magic.records import ColumnKind, Finding, Severity

CODE, TITLE = "AM003", "Constant column"


def run(table: CheckContext) -> Iterator[Finding]:
    constant = [column.name for column in table.features if column.kind is ColumnKind.CONSTANT]
    if not constant:
        return
    yield Finding(
        code=CODE,
        severity=Severity.INFO,
        title=TITLE,
        detail=f"{pluralize(len(constant), 'column has', 'columns have')} only one value or none: "
        f"{format_names(constant)}. Models can't use that.",
        fix="No action needed: the plan excludes it. If it should vary, check how the table was "
        "built.",
        columns=tuple(constant),
        drop=tuple(constant),
    )
