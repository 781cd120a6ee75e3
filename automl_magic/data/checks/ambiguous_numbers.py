"""AM014: numbers whose comma or point may be the decimal sign or a separator."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM014", "Ambiguous decimal sign"


def run(table: CheckContext) -> Iterator[Finding]:
    ambiguous = [
        column
        for column in table.columns
        if column.name in table.ambiguous and "decimal" in column.parse
    ]
    if not ambiguous:
        return
    by_sign: dict[str, list[str]] = {}
    for column in ambiguous:
        sign = column.parse.get("thousands") or column.parse["decimal"]
        example = f"1{sign}234 is read as {'1234' if 'thousands' in column.parse else '1.234'}"
        by_sign.setdefault(example, []).append(column.name)
    details = [f"In {format_names(names)}, {example}." for example, names in by_sign.items()]
    yield Finding(
        code=CODE,
        severity=Severity.WARNING,
        title=TITLE,
        detail=f"Numbers can be read in two ways. {' '.join(details)}",
        fix="If that's wrong, write the numbers in the file without separators and with a decimal "
        "point: 1234 or 1.234.",
        columns=tuple(column.name for column in ambiguous),
        evidence={"parse": {column.name: dict(column.parse) for column in ambiguous}},
    )
