"""Sections of an explanation that are measured on unseen rows.

These are curves, thresholds, calibration, residuals and fairness. Intervals are 95% intervals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from automl_magic.records.codec import Record, json_key
from automl_magic.records.explanations.section import Section


@dataclass(frozen=True, kw_only=True)
class Measure(Record):
    """A number with its interval. None if the denominator is zero or there are too few rows."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Roc(Record):
    """True positive rate against false positive rate. `thresholds` are in descending order."""

    fpr: tuple[float, ...]
    tpr: tuple[float, ...]
    thresholds: tuple[float, ...]
    auc: Measure


@dataclass(frozen=True, kw_only=True)
class PrecisionRecall(Record):
    """Precision against recall. `share` is the share of positive rows: the precision by chance."""

    precision: tuple[float, ...]
    recall: tuple[float, ...]
    thresholds: tuple[float, ...]
    average_precision: Measure
    share: float


@dataclass(frozen=True, kw_only=True)
class ClassCurves(Record):
    """The curves of one class against all others. `output` is the position of the class."""

    output: int
    rows: int
    roc: Roc
    precision_recall: PrecisionRecall


@dataclass(frozen=True, kw_only=True)
class Curves(Section):
    """ROC and precision-recall curves, at most 200 points each."""

    name: ClassVar[str] = "curves"

    classes: tuple[ClassCurves, ...]

    def headline(self) -> Mapping[str, float | None]:
        if len(self.classes) != 1:
            return {}
        (only,) = self.classes
        return {
            "unseen_roc_auc": only.roc.auc.value,
            "unseen_average_precision": only.precision_recall.average_precision.value,
        }


@dataclass(frozen=True, kw_only=True)
class ThresholdCurve(Section):
    """The confusion matrix of two classes and the cost of errors, for each threshold.

    A row is predicted positive if its probability is at least `thresholds[i]`. `cost_per_row[i]` is
    (false positives · `cost_false_positive` + false negatives · `cost_false_negative`) / rows.
    `costs_were_given` is True if the experiment sets the costs. Otherwise both are 1. `chosen` is
    the model's threshold, `cheapest` the one with the lowest cost on these rows.
    """

    name: ClassVar[str] = "thresholds"

    positive: object
    thresholds: tuple[float, ...]
    true_positives: tuple[int, ...]
    false_positives: tuple[int, ...]
    false_negatives: tuple[int, ...]
    true_negatives: tuple[int, ...]
    cost_false_positive: float
    cost_false_negative: float
    costs_were_given: bool
    cost_per_row: tuple[float, ...]
    chosen: float
    chosen_cost_per_row: float
    cheapest: float
    cheapest_cost_per_row: float

    def headline(self) -> Mapping[str, float | None]:
        return {"cost_per_row": self.chosen_cost_per_row}


@dataclass(frozen=True, kw_only=True)
class Confusion(Section):
    """Confusion matrix: rows by true class (down) and predicted class (across).

    `outputs` are positions of the classes. With more than 30 classes, only the most frequent ones
    are in the matrix. `other` is the number of rows outside it.
    """

    name: ClassVar[str] = "confusion"

    outputs: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]
    other: int = 0


@dataclass(frozen=True, kw_only=True)
class CalibrationBin(Record):
    """Rows with similar probabilities: mean prediction, observed rate and its Wilson interval."""

    low: float
    high: float
    rows: int
    predicted: float
    observed: float
    observed_low: float
    observed_high: float


@dataclass(frozen=True, kw_only=True)
class Calibration(Section):
    """Calibration of the probabilities. `of` describes which probability.

    `ece` is the expected calibration error over bins with equal numbers of rows. `brier` is the
    Brier score, and `brier_of_shares` the Brier score of always predicting the class shares.
    """

    name: ClassVar[str] = "calibration"

    of: str
    bins: tuple[CalibrationBin, ...]
    ece: Measure
    brier: Measure
    brier_of_shares: float

    def headline(self) -> Mapping[str, float | None]:
        return {"ece": self.ece.value, "brier": self.brier.value}


@dataclass(frozen=True, kw_only=True)
class ResidualBin(Record):
    """Residuals of rows with similar predictions. A residual is true value minus prediction."""

    low: float
    high: float
    rows: int
    mean: Measure
    median: float
    middle_low: float
    middle_high: float
    mean_absolute: float


@dataclass(frozen=True, kw_only=True)
class Residuals(Section):
    """Residuals of a regression. A residual is true value minus prediction.

    `points_*` are at most 1,000 rows, `point_rows` their positions in the table. `edges` are the
    bin edges of the histogram `counts`. `quantiles` are the residuals at `levels`. `deciles` group
    rows by prediction: the middle 80% of a decile's residuals are from `middle_low` to
    `middle_high`.
    """

    name: ClassVar[str] = "residuals"

    point_rows: tuple[int, ...]
    points_predicted: tuple[float, ...]
    points_true: tuple[float, ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    levels: tuple[float, ...]
    quantiles: tuple[float, ...]
    deciles: tuple[ResidualBin, ...]
    mean: Measure
    mean_absolute: Measure
    root_mean_square: Measure

    def headline(self) -> Mapping[str, float | None]:
        return {
            "mean_residual": self.mean.value,
            "mean_absolute_residual": self.mean_absolute.value,
        }


@dataclass(frozen=True, kw_only=True)
class FairnessGroup(Record):
    """The rows of one group. `measures` are by name. `is_small` is True for too few rows.

    Two classes have `selection_rate`, `true_positive_rate`, `false_positive_rate`, `accuracy`,
    `precision`, `mean_probability` and `base_rate`; more classes have `accuracy`, and a regression
    `mean_error`, `mean_absolute_error` and `mean_prediction`.
    """

    name: str
    rows: int
    share: float
    is_small: bool
    measures: Mapping[str, Measure]


@dataclass(frozen=True, kw_only=True)
class FairnessGap(Record):
    """A difference or ratio between groups, without small groups.

    `in_words` explains it to a newcomer in one sentence. `limit` is the maximum (for a ratio the
    minimum) that the experiment allows, and `within_limit` is whether the value is within it. Both
    are None if there's no limit.
    """

    name: str
    measure: Measure
    in_words: str
    limit: float | None = None
    within_limit: bool | None = json_key("kept", default=None)


@dataclass(frozen=True, kw_only=True)
class FairnessColumn(Record):
    """One sensitive column. `grouped` describes how its values were grouped."""

    column: str
    grouped: str
    groups: tuple[FairnessGroup, ...]
    gaps: tuple[FairnessGap, ...]


@dataclass(frozen=True, kw_only=True)
class Fairness(Section):
    """Fairness between groups of people. For two classes, `positive` is the favorable class."""

    name: ClassVar[str] = "fairness"

    columns: tuple[FairnessColumn, ...] = field(default_factory=tuple)
    positive: object = None

    def headline(self) -> Mapping[str, float | None]:
        # The widest gap over all columns, because a column's name can't be part of a metric's.
        numbers: dict[str, float | None] = {}
        for column in self.columns:
            for gap in column.gaps:
                worst = min if gap.name.endswith("ratio") else max
                values = (numbers.get(gap.name), gap.measure.value)
                numbers[gap.name] = worst(
                    (value for value in values if value is not None), default=None
                )
        return numbers
