"""AM005: a column that identifies rows instead of describing them."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names
from automl_magic.records import ColumnKind, Finding, Severity

CODE, TITLE = "AM005", "ID column"


def run(table: CheckContext) -> Iterator[Finding]:
    ids = [column for column in table.features if column.kind is ColumnKind.ID]
    if not ids:
        return
    yield Finding(
        code=CODE,
        severity=Severity.INFO,
        title=TITLE,
        detail=f"Different in (nearly) every row: {format_names(ids)}. A model would "
        "memorize rows, and "
        "new rows have new IDs.",
        fix="No action needed: the plan excludes it. If its values carry information, set its "
        "kind: features: {kinds: {COLUMN: number}}.",
        columns=tuple(column.name for column in ids),
        evidence={"n_unique": {column.name: column.n_unique for column in ids}},
        drop=tuple(column.name for column in ids),
    )
