"""AM006: classes with so few rows that folds miss them, or that a score hides them."""

from __future__ import annotations

from collections.abc import Iterator

from automl_magic.data.checks.look import Look, names
from automl_magic.records import Finding, Severity

CODE, TITLE = "AM006", "A class is rare"
MIN_ROWS, MIN_SHARE = 10, 0.05


def look(table: Look) -> Iterator[Finding]:
    column = table.target_column
    if column is None or not table.target_has_classes or "classes" not in column.summary:
        return
    counts = dict(zip(map(str, column.summary["classes"]), column.summary["counts"], strict=True))
    n_rows = sum(counts.values())
    # With many classes each is small; five in a hundred is rare only against an even share.
    small = min(MIN_SHARE, 0.2 / max(len(counts), 1)) * n_rows
    rare = {name: n for name, n in counts.items() if n < MIN_ROWS or n < small}
    if not rare:
        return
    fewest = min(rare, key=lambda name: rare[name])
    yield Finding(
        code=CODE,
        severity=Severity.WARNING,
        title=TITLE,
        detail=f"Few rows of {names(rare)}: of {fewest[:40]!r} there are {rare[fewest]:,} in "
        f"{n_rows:,}.",
        fix="Read the score of each class, not accuracy; imbalance: class_weight makes rare rows "
        "count more. Classes with fewer rows than folds: collect more, or merge them.",
        columns=(column.name,),
        evidence={"counts": dict(list(rare.items())[:50])},
    )
