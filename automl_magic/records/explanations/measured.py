"""What an explain notebook measures on rows that the models had not seen.

Curves, thresholds, calibration, residuals, fairness. Intervals are 95 % ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from automl_magic.records.codec import Record
from automl_magic.records.explanations.section import Section


@dataclass(frozen=True, kw_only=True)
class Measure(Record):
    """A number with its interval; None where there is nothing to divide by, or too few rows."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True)
class Roc(Record):
    """True positive rate against false positive rate; `thresholds` falls from left to right."""

    fpr: tuple[float, ...]
    tpr: tuple[float, ...]
    thresholds: tuple[float, ...]
    auc: Measure


@dataclass(frozen=True, kw_only=True)
class PrecisionRecall(Record):
    """Precision against recall. `share` of the rows are positive: what chance alone would give."""

    precision: tuple[float, ...]
    recall: tuple[float, ...]
    thresholds: tuple[float, ...]
    average_precision: Measure
    share: float


@dataclass(frozen=True, kw_only=True)
class ClassCurves(Record):
    """The curves of one class against all others. `output` is its position in the classes."""

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
class Thresholds(Section):
    """The four counts of two classes for each threshold, and what the mistakes cost.

    A row counts as positive from a probability of `thresholds[i]` on. `cost_per_row[i]` is
    (false positives · `cost_false_positive` + false negatives · `cost_false_negative`) / rows.
    `costs_were_given` says whether the experiment names the costs; otherwise both are 1. `chosen`
    is the model's own threshold, `cheapest` that with the least cost on these rows.
    """

    name: ClassVar[str] = "thresholds"

    positive: Any
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
    """Rows by true class (down) and predicted class (across).

    `outputs` are positions in the classes; with more than 30 classes those are the most frequent,
    and the rows of `other` classes are counted there only.
    """

    name: ClassVar[str] = "confusion"

    outputs: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]
    other: int = 0


@dataclass(frozen=True, kw_only=True)
class CalibrationBin(Record):
    """Rows of about one probability: what was predicted for them, and what happened (Wilson)."""

    low: float
    high: float
    rows: int
    predicted: float
    observed: float
    observed_low: float
    observed_high: float


@dataclass(frozen=True, kw_only=True)
class Calibration(Section):
    """Whether probabilities mean what they say. `of` says in words which probability.

    `ece` is the expected calibration error, over bins of as many rows; `brier` the Brier score,
    and `brier_of_shares` that of somebody who always says the shares of the classes.
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
    """Rows of about one prediction: how far off it was. A residual is truth minus prediction."""

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
    """How far off the predictions of a regression are. A residual is truth minus prediction.

    `points_*` are at most 1,000 rows, `point_rows` their positions in the table. `edges` are those
    of the histogram's `counts`. `quantiles` are the residuals at `levels`. `deciles` go by the
    prediction; `middle_low` to `middle_high` of one holds the middle 80 % of its residuals.
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
    """The rows of one group. `measures` go by name; `is_small`: too few rows to rely on.

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
    """A difference (or ratio) between groups, those that are small left out.

    `in_words` is a sentence for somebody who has never met it. `limit` is the largest (for a ratio
    the least) that the experiment allows, `kept` whether the value keeps it; None where no limit
    was named.
    """

    name: str
    measure: Measure
    in_words: str
    limit: float | None = None
    kept: bool | None = None


@dataclass(frozen=True, kw_only=True)
class FairnessColumn(Record):
    """One sensitive column. `grouped` says in words how its values became groups."""

    column: str
    grouped: str
    groups: tuple[FairnessGroup, ...]
    gaps: tuple[FairnessGap, ...]


@dataclass(frozen=True, kw_only=True)
class Fairness(Section):
    """How the model treats groups of people. For two classes, `positive` is what is given out."""

    name: ClassVar[str] = "fairness"

    columns: tuple[FairnessColumn, ...] = field(default_factory=tuple)
    positive: Any = None

    def headline(self) -> Mapping[str, float | None]:
        # The widest of the columns: a name of a column is no name of a metric.
        numbers: dict[str, float | None] = {}
        for column in self.columns:
            for gap in column.gaps:
                worst = min if gap.name.endswith("ratio") else max
                values = (numbers.get(gap.name), gap.measure.value)
                numbers[gap.name] = worst(
                    (value for value in values if value is not None), default=None
                )
        return numbers
