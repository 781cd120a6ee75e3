"""AM015: columns with values that look personal."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM015", "Personal data"


def run(table: CheckContext) -> Iterator[Finding]:
    kinds = {column.name: column.personal for column in table.columns if column.personal}
    if not kinds:
        return
    features = [name for name in kinds if name != table.target]
    detail = fix = ""
    if features:
        detail = (
            f"Values look personal in {format_names(features)}. They're masked wherever the table "
            "is shown. "
        )
        fix = (
            "No action needed: the plan excludes the columns. To use one, name it: --include "
            "COLUMN. The model then stores its values as keyed hashes. "
        )
    if table.target in kinds:
        detail += (
            f"The target {format_names([table.target])} looks personal too. Its values are in the "
            "plan, the model and every prediction."
        )
        fix += "Replace the target by a code that identifies nobody, or choose another one."
    yield Finding(
        code=CODE,
        severity=Severity.WARNING if table.target in kinds else Severity.INFO,
        title=TITLE,
        detail=detail.strip(),
        fix=fix.strip(),
        columns=tuple(kinds),
        evidence={"kinds": kinds},
    )
