"""Score and Link: a number with its interval and its origin."""

from __future__ import annotations

import math
from dataclasses import dataclass

from automl_magic.records.codec import OutOfRange, Record


@dataclass(frozen=True, kw_only=True)
class Score(Record):
    """The value of a metric, with a 95% interval if one could be computed.

    `rows` is the number of rows that were scored. `score` is None if the metric is undefined on
    them, such as ROC AUC on rows of one class. `undefined` then says why, as a clause.
    """

    metric: str
    score: float | None
    rows: int
    low: float | None = None
    high: float | None = None
    undefined: str | None = None

    def __post_init__(self) -> None:
        if self.score is not None and not math.isfinite(self.score):
            raise OutOfRange("score", "a finite number")
        if (self.score is None) is not (self.undefined is not None):
            raise OutOfRange("score", "a number, or nothing with the reason in 'undefined'")

    @property
    def value(self) -> float:
        """The score of a metric that is defined, as for each trial.

        Raises
        ------
        ValueError
            If it's undefined.
        """
        if self.score is None:
            raise ValueError(f"{self.metric} is undefined, because {self.undefined}.")
        return self.score

    def to_json(self) -> dict[str, object]:
        document = super().to_json()
        if self.undefined is None:
            del document["undefined"]
        return document


@dataclass(frozen=True, kw_only=True)
class CellLink(Record):
    """The origin of a number: the run, its notebook and the cell."""

    run_id: str
    notebook: str
    cell_id: str
