"""AM016: texts that were read as missing."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names
from automl_magic.errors import shorten
from automl_magic.records import Column, Finding, Severity

CODE, TITLE = "AM016", "Read as missing"
_MAX_COLUMNS = 3


def run(table: CheckContext) -> Iterator[Finding]:
    columns = [column for column in table.columns if column.missing]
    if not columns:
        return
    # The target first.
    columns.sort(key=lambda column: column.name != table.target)
    more = len(columns) - _MAX_COLUMNS
    detail = "; ".join(map(_describe, columns[:_MAX_COLUMNS]))
    yield Finding(
        code=CODE,
        severity=Severity.WARNING if columns[0].name == table.target else Severity.INFO,
        title=TITLE,
        detail=f"Text is read as missing: {detail}"
        + (f"; and in {more:,} more column{'s' * (more > 1)}." if more > 0 else "."),
        fix="If such a text is a value of its own, list what's missing in its column instead: "
        "--missing 'COLUMN=', or missing: {columns: {COLUMN: []}}.",
        columns=tuple(column.name for column in columns),
        evidence={"missing": {column.name: dict(column.missing) for column in columns}},
    )


def _describe(column: Column) -> str:
    words = sorted(column.missing.items(), key=lambda item: -item[1])
    counts = [f"{word[:20]!r} in {n:,} row{'s' * (n > 1)}" for word, n in words]
    return f"{format_names([column])} has {shorten(counts)}"
