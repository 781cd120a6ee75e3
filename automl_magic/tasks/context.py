"""CandidateContext: what is known about a search when candidates are proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automl_magic.records import ColumnKind, TaskKind


@dataclass(frozen=True, kw_only=True)
class CandidateContext:
    """The table, the task, and the available time and threads.

    `kinds` counts the feature columns of each kind, `folds` the folds of all repeats. `views` names
    the feature views of the plan. `budget_s` is in seconds.
    """

    n_rows: int
    n_columns: int
    kinds: Mapping[ColumnKind, int]
    task: TaskKind
    n_classes: int
    budget_s: float
    threads: int
    folds: int = 5
    views: tuple[str, ...] = ()

    def evidence(self, **more: object) -> dict[str, object]:
        """Return the evidence for a candidate's decision."""
        return {
            "rows": self.n_rows,
            "columns": self.n_columns,
            "budget_s": self.budget_s,
            "threads": self.threads,
            **more,
        }
