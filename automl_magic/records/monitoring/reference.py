"""Reference: what a model saw before its release. Whatever it meets later is compared with it.

It holds no row. A column that looks personal keeps the shares of what is missing, and no value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl_magic.records.codec import OutOfRange, Record
from automl_magic.records.data.dataset import ColumnKind
from automl_magic.records.families import TaskKind
from automl_magic.records.runs.score import Score

REFERENCE_NAME = "reference.json"


@dataclass(frozen=True, kw_only=True)
class Numbers(Record):
    """The distribution of numbers, by points of its cumulative form.

    `below[i]` is the share of the values that are at most `knots[i]`, exactly. The knots ascend:
    all distinct values where they are few, otherwise quantiles, the deciles among them. Of a date
    they are seconds since 1970 in UTC, of a text its characters.
    """

    knots: tuple[float, ...]
    below: tuple[float, ...]
    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not self.knots or len(self.knots) != len(self.below):
            raise OutOfRange("below", "one share for each knot, and at least one")
        if any(a >= b for a, b in zip(self.knots, self.knots[1:], strict=False)):
            raise OutOfRange("knots", "numbers that ascend")
        if any(a > b for a, b in zip((0.0, *self.below), (*self.below, 1.0), strict=True)):
            raise OutOfRange("below", "shares from 0 to 1 that do not descend")


@dataclass(frozen=True, kw_only=True)
class Levels(Record):
    """The distribution of categories: the shares of the most frequent, and of all others together.

    `n_levels` counts the distinct ones, `n_once` those that one row alone had: by Good and Turing
    their share of the rows is the chance that the next row has a level that no row had before.
    """

    levels: tuple[str, ...]
    shares: tuple[float, ...]
    other: float = 0.0
    n_levels: int
    n_once: int = 0

    def __post_init__(self) -> None:
        if len(self.levels) != len(self.shares):
            raise OutOfRange("shares", "one share for each level")

    @property
    def are_all(self) -> bool:
        """Whether every level is listed."""
        return len(self.levels) == self.n_levels


@dataclass(frozen=True, kw_only=True)
class ColumnReference(Record):
    """One column that the model reads, as the training rows had it.

    `missing` is the share of rows without a value, `unread` that of the rows whose value is not
    what the column's kind says (a number that is none). `low` and `high` are the span of the values
    that could be read. `seen` is None where nothing could be read, or the column is personal.
    """

    name: str
    kind: ColumnKind
    missing: float
    unread: float = 0.0
    low: float | None = None
    high: float | None = None
    seen: Numbers | Levels | None = None
    personal: bool = False


@dataclass(frozen=True, kw_only=True)
class CalibrationBin(Record):
    """Rows of about one confidence: how sure the model was on average, and how often it was right.

    The confidence is the probability of the positive class, or of the likeliest of many.
    """

    rows: int
    predicted: float
    observed: float


@dataclass(frozen=True, kw_only=True)
class PredictionReference(Record):
    """What the model said of rows that it had not learned from.

    `source` is `holdout` or `out_of_fold`. `output` is the distribution of the probability of the
    positive class, or of the values; of many classes `classes` has the shares of the labels.
    `cuts` are the inner borders of the bins of `calibration`.
    """

    source: str
    rows: int
    output: Numbers | None = None
    classes: Levels | None = None
    cuts: tuple[float, ...] = ()
    calibration: tuple[CalibrationBin, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reference(Record):
    """What a model saw before its release. It lies in the model's folder as `reference.json`.

    `rows` were trained on; `columns` are those that the model reads. `score` is the metric at
    release, on the rows of `prediction`; `classes` are the labels in the order of the
    probabilities, and `threshold` is that of the second of two.
    """

    schema_version: int = 1
    task: TaskKind
    target: str
    classes: tuple[Any, ...] = ()
    threshold: float | None = None
    rows: int
    columns: tuple[ColumnReference, ...]
    prediction: PredictionReference | None = None
    score: Score | None = None
    higher_is_better: bool = True

    def __post_init__(self) -> None:
        if self.schema_version != 1:
            raise OutOfRange("schema_version", "1")
        if self.rows < 1:
            raise OutOfRange("rows", "a whole number of at least 1")

    def column(self, name: str) -> ColumnReference | None:
        """Return a column by its name, or None."""
        return next((column for column in self.columns if column.name == name), None)
