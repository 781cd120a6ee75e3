"""AM011: numbers that are stored as text."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names, format_unread
from automl_magic.records import ColumnKind, Finding, Severity

CODE, TITLE = "AM011", "Numbers stored as text"


def run(table: CheckContext) -> Iterator[Finding]:
    hidden = [c for c in table.columns if c.kind is ColumnKind.NUMBER and c.parse]
    if not hidden:
        return
    n_unread = {column.name: int(column.summary.get("n_unread", 0)) for column in hidden}
    yield Finding(
        code=CODE,
        severity=Severity.INFO,
        title=TITLE,
        detail=f"Text in {format_names(hidden)} is read as numbers. "
        + format_unread(sum(n_unread.values()), "numbers"),
        fix="If that's right, no action needed. If the digits are codes, set the column's kind: "
        "features: {kinds: {COLUMN: category}}.",
        columns=tuple(n_unread),
        evidence={"parse": {c.name: dict(c.parse) for c in hidden}, "n_unread": n_unread},
    )
