"""Reference: the data of a model before its release, with which later data is compared.

It has no rows. Of a column that looks personal, it only has the share of missing values.
"""

from __future__ import annotations

from dataclasses import dataclass

from automl_magic.records.codec import OutOfRange, Record, json_key
from automl_magic.records.data.dataset import ColumnKind
from automl_magic.records.families import TaskKind
from automl_magic.records.runs.score import Score

REFERENCE_NAME = "reference.json"


@dataclass(frozen=True, kw_only=True)
class NumericDistribution(Record):
    """The distribution of a numeric column, as points of its cumulative distribution function.

    `below[i]` is the exact share of values that are at most `knots[i]`. The knots are in ascending
    order: all distinct values if there are few, otherwise quantiles, including the deciles. Dates
    are seconds since 1970 in UTC, texts are numbers of characters.
    """

    knots: tuple[float, ...]
    below: tuple[float, ...]
    mean: float
    sd: float

    def __post_init__(self) -> None:
        if not self.knots or len(self.knots) != len(self.below):
            raise OutOfRange("below", "one share per knot, at least one")
        if any(a >= b for a, b in zip(self.knots, self.knots[1:], strict=False)):
            raise OutOfRange("knots", "numbers in ascending order")
        if any(a > b for a, b in zip((0.0, *self.below), (*self.below, 1.0), strict=True)):
            raise OutOfRange("below", "shares from 0 to 1 that never decrease")


@dataclass(frozen=True, kw_only=True)
class CategoricalDistribution(Record):
    """The distribution of a categorical column: the shares of its most frequent levels.

    `other` is the share of all other levels. `n_levels` counts distinct levels, `n_once` levels in
    only one row. The share of these in the rows is the Good-Turing estimate of the probability that
    the next row has a new level.
    """

    levels: tuple[str, ...]
    shares: tuple[float, ...]
    other: float = 0.0
    n_levels: int
    n_once: int = 0

    def __post_init__(self) -> None:
        if len(self.levels) != len(self.shares):
            raise OutOfRange("shares", "one share per level")

    @property
    def are_all(self) -> bool:
        """Whether every level is listed."""
        return len(self.levels) == self.n_levels


@dataclass(frozen=True, kw_only=True)
class ColumnReference(Record):
    """One input column of the model, as it was in the training rows.

    `missing` is the share of rows without a value, `unread` the share of rows whose value doesn't
    fit the column's kind (for example text in a numeric column). `low` and `high` are the minimum
    and maximum of the valid values. `distribution` is None if no value is valid or the column is
    personal.
    """

    name: str
    kind: ColumnKind
    missing: float
    unread: float = 0.0
    low: float | None = None
    high: float | None = None
    distribution: NumericDistribution | CategoricalDistribution | None = json_key(
        "seen", default=None
    )
    personal: bool = False


@dataclass(frozen=True, kw_only=True)
class ConfidenceBin(Record):
    """Rows with similar confidence: the mean confidence and the share of correct predictions.

    The confidence is the probability of the positive class, or of the most likely of several
    classes.
    """

    rows: int
    predicted: float
    observed: float


@dataclass(frozen=True, kw_only=True)
class PredictionReference(Record):
    """The predictions on unseen rows.

    `source` is `holdout` or `out_of_fold`. `output` is the distribution of the probability of the
    positive class, or of the values. For several classes, `classes` has the shares of the predicted
    labels instead. `cuts` are the inner edges of the bins of `calibration`.
    """

    source: str
    rows: int
    output: NumericDistribution | None = None
    classes: CategoricalDistribution | None = None
    cuts: tuple[float, ...] = ()
    calibration: tuple[ConfidenceBin, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reference(Record):
    """A model's reference data, in `reference.json` in the model's folder.

    `rows` is the number of training rows. `columns` are the model's input columns. `score` is the
    score at release, on the rows of `prediction`. `classes` are the labels in the order of the
    probabilities. `threshold` is the threshold on the probability of the second of two classes.
    """

    schema_version: int = 1
    task: TaskKind
    target: str
    classes: tuple[object, ...] = ()
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
        """Return a column by name, or None."""
        return next((column for column in self.columns if column.name == name), None)
