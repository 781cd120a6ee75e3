"""AM006: classes so rare that folds may not contain them, or that a score hides them."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.context import CheckContext, format_names
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM006", "Rare class"
MIN_ROWS, MIN_SHARE = 10, 0.05


def run(table: CheckContext) -> Iterator[Finding]:
    column = table.target_column
    if column is None or not table.target_has_classes or "classes" not in column.summary:
        return
    counts = dict(zip(map(str, column.summary["classes"]), column.summary["counts"], strict=True))
    n_rows = sum(counts.values())
    # With many classes, each is small. So the limit is 5%, or a fifth of an equal share if smaller.
    small = min(MIN_SHARE, 0.2 / max(len(counts), 1)) * n_rows
    rare = {name: n for name, n in counts.items() if n < MIN_ROWS or n < small}
    if not rare:
        return
    fewest = min(rare, key=lambda name: rare[name])
    yield Finding(
        code=CODE,
        severity=Severity.WARNING,
        title=TITLE,
        detail=f"Classes with few rows: {format_names(rare)}. {fewest[:40]!r} has "
        f"{rare[fewest]:,} of "
        f"{n_rows:,} rows.",
        fix="Check per-class scores, not accuracy. imbalance: class_weight gives rare rows more "
        "weight. If a class has fewer rows than folds, collect more rows or merge classes.",
        columns=(column.name,),
        evidence={"counts": dict(list(rare.items())[:50])},
    )
