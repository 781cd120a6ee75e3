"""Target: the prediction target, as a family infers it from a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automl_magic.records import Column, ColumnKind, Decision, TaskKind


@dataclass(frozen=True, kw_only=True)
class Target:
    """The prediction target.

    `classes` and `counts` are empty if it isn't a class. `n_labelled` is the number of rows with a
    target. `parse` is the rule to read its numbers from text, if it's text.
    """

    kind: TaskKind
    classes: tuple[object, ...] = ()
    counts: tuple[int, ...] = ()
    n_labelled: int
    parse: Mapping[str, str] = field(default_factory=dict)
    decision: Decision


def target_rule(column: Column) -> dict[str, str]:
    """Return the rule to read the numbers of a target from text, empty if it isn't such text."""
    if column.kind is not ColumnKind.NUMBER or column.stored_as != "text":
        return {}
    return {key: column.parse[key] for key in ("decimal", "thousands") if key in column.parse}
