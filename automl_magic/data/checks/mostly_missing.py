"""AM009: a column in which most values are missing."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names
from automl_magic.records import ColumnKind, Finding, Severity

CODE, TITLE = "AM009", "Mostly missing column"
SHARE = 0.6


def run(table: CheckContext) -> Iterator[Finding]:
    shares = {
        column.name: round(column.n_missing / table.n_rows, 4)
        for column in table.features
        if column.n_missing >= SHARE * table.n_rows and column.kind is not ColumnKind.CONSTANT
    }
    if not shares:
        return
    yield Finding(
        code=CODE,
        severity=Severity.INFO,
        title=TITLE,
        detail=f"At least {SHARE:.0%} of the values are missing in {format_names(shares)}.",
        fix="Keep it if a missing value means something (no garage, no complaint). If it will be "
        "filled in differently later, exclude it: features: {exclude: [...]}.",
        columns=tuple(shares),
        evidence={"share": shares},
    )
