"""AM004: a column that repeats another, value for value."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names
from automl_magic.records import ColumnKind, Finding, Severity

CODE, TITLE = "AM004", "Duplicate column"


def run(table: CheckContext) -> Iterator[Finding]:
    first: dict[bytes, str] = {}
    repeats: dict[str, str] = {}
    for column, digest in zip(table.columns, table.digests, strict=True):
        # A copy of the target is leakage (AM002). Constant columns are excluded anyway.
        if column.name == table.target or column.kind is ColumnKind.CONSTANT:
            continue
        if digest in first:
            repeats[column.name] = first[digest]
        else:
            first[digest] = column.name
    if not repeats:
        return
    pairs = [f"{copy} = {original}" for copy, original in repeats.items()]
    yield Finding(
        code=CODE,
        severity=Severity.INFO,
        title=TITLE,
        detail=f"Equal in every row: {format_names(pairs)}.",
        fix="No action needed: the plan keeps the first and excludes the copies.",
        columns=tuple(repeats),
        evidence={"copy_of": repeats},
        drop=tuple(repeats),
    )
