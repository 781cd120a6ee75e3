"""Target: the prediction target, as a family infers it from a table."""

from __future__ import annotations

from dataclasses import dataclass

from automl_magic.records import Decision, TaskKind


@dataclass(frozen=True, kw_only=True)
class Target:
    """The prediction target.

    `classes` and `counts` are empty if it isn't a class. `n_labelled` is the number of rows with a
    target.
    """

    kind: TaskKind
    classes: tuple[object, ...] = ()
    counts: tuple[int, ...] = ()
    n_labelled: int
    decision: Decision
