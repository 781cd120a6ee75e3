"""Target: what will be predicted, as a family reads it off a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl_magic.records import Decision, TaskKind


@dataclass(frozen=True, kw_only=True)
class Target:
    """The target as it will be predicted.

    `classes` and `counts` are empty where the answer is no class; `n_labelled` are the rows that
    can teach and measure.
    """

    kind: TaskKind
    classes: tuple[Any, ...] = ()
    counts: tuple[int, ...] = ()
    n_labelled: int
    decision: Decision
