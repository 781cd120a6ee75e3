"""What a task needs: the type of prediction, the metric and the split."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from automl_magic.records.codec import OutOfRange, Record


class Answer(StrEnum):
    """The type of an estimator's prediction for one row, in all task families."""

    NUMBER = "number"
    TWO_CLASSES = "two_classes"
    CLASSES = "classes"


@dataclass(frozen=True, kw_only=True)
class Metric(Record):
    """A metric and the direction in which it improves.

    `needs` is the input that it needs: `labels` (the predicted class), `probabilities` or `values`.
    `in_words` explains it to a newcomer in one sentence. `lowest` and `highest` bound the score,
    None for no bound.
    """

    name: str
    higher_is_better: bool
    needs: str
    fits: tuple[Answer, ...]
    in_words: str
    lowest: float | None = None
    highest: float | None = None

    def clip(self, score: float) -> float:
        """Clip a number to the range of possible scores."""
        if self.lowest is not None:
            score = max(score, self.lowest)
        return score if self.highest is None else min(score, self.highest)

    def is_better(self, score: float, than: float) -> bool:
        return score > than if self.higher_is_better else score < than

    def best(self, scores: Iterable[float]) -> float:
        return max(scores) if self.higher_is_better else min(scores)

    def loss(self, score: float) -> float:
        """Return the score as a loss: lower is better."""
        return -score if self.higher_is_better else score


class SplitKind(StrEnum):
    """How rows are split for validation."""

    STRATIFIED = "stratified"
    KFOLD = "kfold"
    GROUPED = "grouped"
    TIME = "time"


@dataclass(frozen=True, kw_only=True)
class Split(Record):
    """How rows are split: the folds of cross-validation and the holdout.

    `column` is the group column of a grouped split or the time column of a time split. The rows are
    split into folds `repeats` times, each time with another seed. `used` is the number of folds
    that the search fitted if it had no time for all, None for all. `holdout` is the fraction of
    rows, in [0, 0.5], held out to score the final model once. `date_format` parses a time column
    that is stored as text. None for ISO 8601.
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
            raise OutOfRange("repeats", "1 for grouped and time splits")
        if self.used is not None and not 1 <= self.used < self.folds:
            raise OutOfRange("used", "a number below the number of folds, or nothing")
        if self.folds < 2:
            raise OutOfRange("folds", "a whole number of at least 2")
        if not 0 <= self.holdout <= 0.5:
            raise OutOfRange("holdout", "a fraction between 0 and 0.5")
        if (self.column is None) == (self.kind in (SplitKind.GROUPED, SplitKind.TIME)):
            raise OutOfRange("column", "a column name for grouped and time splits, else nothing")
