"""Decision: one choice of the plan or the search, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from automl_magic.records.codec import Record


class DecisionKind(StrEnum):
    """The subject of a decision. The value is its label in reports."""

    # in the plan
    TASK = "task"
    METRIC = "metric"
    UNLABELLED_ROWS = "rows without a target"
    SPLIT = "split"
    FOLDS = "folds"
    REPEATS = "repeats"
    HOLDOUT = "holdout"
    THREADS = "threads"
    MEMORY = "memory"
    COLUMN = "column"  # has a name
    CANDIDATES = "candidates"
    CANDIDATE = "candidate"  # has a name

    # in the search, which can also reduce the folds
    ORDER = "order"
    TRIAL = "trial"  # name: the trial's number
    MEMBER = "member"  # name: the member's candidate
    ENSEMBLE = "ensemble"


# The evidence with the choice that is usually made, if the rows don't allow it.
USUAL = "usual"
# The choice for a column that models don't use, or for rows that they can't use.
EXCLUDED = "excluded"
# The same choice in plans written by version 0.1.
_EXCLUDED_0_1 = "left out"


@dataclass(frozen=True, kw_only=True)
class Decision(Record):
    """One choice, its reason, the evidence in the data, and the rejected alternatives.

    `name` is the column or candidate that the decision is about. It's empty if `about` needs none.
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
    def usual_choice(self) -> str | None:
        """The choice that is usually made, if this decision is another one because of the rows."""
        usual = self.evidence.get(USUAL)
        return usual if isinstance(usual, str) else None

    @property
    def label(self) -> str:
        """The subject as text, such as `column age`."""
        return f"{self.about} {self.name}" if self.name else str(self.about)
