"""What is asked of a model: the sort of answer, the metric, the split."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from automl_magic.records.codec import OutOfRange, Record


class Answer(StrEnum):
    """What an estimator gives for one row, whatever the family of the task."""

    NUMBER = "number"
    TWO_CLASSES = "two_classes"
    CLASSES = "classes"


@dataclass(frozen=True, kw_only=True)
class Metric(Record):
    """A named score and the direction in which it improves.

    `needs` says what it reads: `labels` (the predicted class), `probabilities`, or `values`.
    `in_words` is one sentence for somebody who has never met it. No score lies below `lowest` or
    above `highest`, where there is such a bound.
    """

    name: str
    higher_is_better: bool
    needs: str
    fits: tuple[Answer, ...]
    in_words: str
    lowest: float | None = None
    highest: float | None = None

    def within(self, score: float) -> float:
        """Return the possible score that is closest to a number."""
        if self.lowest is not None:
            score = max(score, self.lowest)
        return score if self.highest is None else min(score, self.highest)

    def is_better(self, score: float, than: float) -> bool:
        return score > than if self.higher_is_better else score < than

    def best(self, scores: Iterable[float]) -> float:
        return max(scores) if self.higher_is_better else min(scores)

    def loss(self, score: float) -> float:
        """Return the score as something to make small."""
        return -score if self.higher_is_better else score


class SplitKind(StrEnum):
    """How rows are kept apart for validation."""

    STRATIFIED = "stratified"
    KFOLD = "kfold"
    GROUPED = "grouped"
    TIME = "time"


@dataclass(frozen=True, kw_only=True)
class Split(Record):
    """How rows are kept apart: the folds of cross-validation and the holdout.

    `column` is the group column of a grouped split or the time column of a time split. The rows are
    divided `repeats` times, with another seed each time. `used` is the number of folds that a
    search fitted where its time was not enough for all; None for all. `holdout` is the fraction of
    rows, in [0, 0.5], that measures the run once. `date_format` reads a time column that is stored
    as text; without it, ISO 8601.
    """

    kind: SplitKind
    folds: int
    holdout: float
    seed: int
    repeats: int = 1
    used: int | None = None
    column: str | None = None
    date_format: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.repeats <= 20:
            raise OutOfRange("repeats", "a whole number from 1 to 20")
        if self.repeats > 1 and self.kind in (SplitKind.GROUPED, SplitKind.TIME):
            raise OutOfRange("repeats", "1 where groups or times are kept apart")
        if self.used is not None and not 1 <= self.used < self.folds:
            raise OutOfRange("used", "fewer than the folds, or nothing")
        if self.folds < 2:
            raise OutOfRange("folds", "a whole number of at least 2")
        if not 0 <= self.holdout <= 0.5:
            raise OutOfRange("holdout", "a fraction between 0 and 0.5")
        if (self.column is None) == (self.kind in (SplitKind.GROUPED, SplitKind.TIME)):
            raise OutOfRange("column", "a column name for grouped and time splits, else nothing")
