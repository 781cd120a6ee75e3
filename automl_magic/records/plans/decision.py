"""Decision: one choice, of the plan or of the search, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from automl_magic.records.codec import Record


class DecisionKind(StrEnum):
    """What a decision is about; its value is the word that people read."""

    # of the plan
    TASK = "task"
    METRIC = "metric"
    UNLABELLED_ROWS = "rows without a target"
    SPLIT = "split"
    FOLDS = "folds"
    REPEATS = "repeats"
    HOLDOUT = "holdout"
    THREADS = "threads"
    MEMORY = "memory"
    COLUMN = "column"  # named
    CANDIDATES = "candidates"
    CANDIDATE = "candidate"  # named

    # of the search; so are the folds that it can afford
    ORDER = "order"
    TRIAL = "trial"  # named: its number
    MEMBER = "member"  # named: its candidate
    ENSEMBLE = "ensemble"


# The choice for a column that models don't use, or for rows that they can't use.
EXCLUDED = "excluded"
# The same choice in plans written by version 0.1.
_EXCLUDED_0_1 = "left out"


@dataclass(frozen=True, kw_only=True)
class Decision(Record):
    """One choice: what was chosen, why, what in the data led to it, and what was rejected.

    `name` says which column or candidate a decision is about; it is empty for what there is once.
    """

    about: DecisionKind
    name: str = ""
    choice: str
    why: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    rejected: tuple[str, ...] = ()

    @property
    def excludes_column(self) -> bool:
        """Whether this decision excludes a column from all models."""
        return self.about is DecisionKind.COLUMN and self.choice in (EXCLUDED, _EXCLUDED_0_1)

    @property
    def label(self) -> str:
        """What it is about, for people: `column age`."""
        return f"{self.about} {self.name}" if self.name else str(self.about)
