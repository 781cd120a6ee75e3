"""What an explain notebook says about a model: SHAP, importance, dependence, counterfactuals.

These sections look into the final model. What they hold about it that no reader could check alone,
the rows, the method and its limits, stands in the section itself. Columns are meant in the order of
`Explanation.columns` wherever a tuple has one entry for each column; a class is meant by its
position in `Explanation.classes`, and `output` is None for the value of a regression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from automl_magic.records.codec import Record
from automl_magic.records.explanations.section import Section


@dataclass(frozen=True, kw_only=True)
class ShapColumn(Record):
    """How much a column moves the output: the mean size of its SHAP values, with its 95 % interval.

    `by_output` has that mean for each of the section's `outputs`.
    """

    column: str
    mean_abs: float
    low: float
    high: float
    by_output: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Beeswarm(Record):
    """One column's SHAP value in each of some rows, with the value that it had there.

    `position` places a value between the column's 5 % (0) and 95 % (1) quantiles, for a scale of
    colours; None where the values have no order, or it is missing.
    """

    column: str
    output: int | None
    shown: tuple[str, ...]
    position: tuple[float | None, ...]
    shap: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Shap(Section):
    """SHAP values over many rows: what each column adds to the output.

    `exact` says whether they are those of the trees' own paths, or sampled. `scale` says in words
    what is added up, `unit` shortly: `log-odds`, `probability` or `value`. For each of the
    `outputs`, its base value plus a row's SHAP values is the output for that row. `columns` stand
    by importance, highest first. `largest_gap` is the largest difference found between that sum and
    the output itself.
    """

    name: ClassVar[str] = "shap"

    exact: bool
    scale: str
    unit: str
    outputs: tuple[int | None, ...]
    base_values: tuple[float, ...]
    background_rows: int
    largest_gap: float
    columns: tuple[ShapColumn, ...]
    beeswarms: tuple[Beeswarm, ...]


@dataclass(frozen=True, kw_only=True)
class LocalRow(Record):
    """One row, what the model says of it, and what each column added to that.

    `row` is its position in the table as it was loaded, from 0. `chosen_as` is `most_wrong`,
    `least_sure`, `surest` or `random`, and for a regression `most_wrong`, `highest`, `lowest` or
    `random`; `why` says it in a sentence. `prediction` and
    `probabilities` are those of the final model, which has learned from this row too; `unseen` is
    what a model said that had not seen it: the probability of its true class, or the value.
    `shap` has one number for each column, in the order of `Explanation.columns`, on the scale of
    the section; `base_value` plus their sum is `total`, the model's output for the class `output`.
    """

    row: int
    chosen_as: str
    why: str
    values: Mapping[str, Any]
    truth: Any
    prediction: Any
    probabilities: tuple[float, ...] = ()
    unseen: float | None = None
    output: int | None = None
    base_value: float = 0.0
    total: float = 0.0
    shap: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Local(Section):
    """Some rows one by one. `scale` and `unit` are those of SHAP."""

    name: ClassVar[str] = "local"

    scale: str
    unit: str
    explained: tuple[LocalRow, ...]


@dataclass(frozen=True, kw_only=True)
class Change(Record):
    """One column of a counterfactual: what it was, and what it would have to be."""

    column: str
    was: Any
    becomes: Any


@dataclass(frozen=True, kw_only=True)
class Counterfactual(Record):
    """Few changes to a row after which the model says what was wanted; verified by predicting.

    `output` is the probability of the wanted class, or the value, after the changes. `distance` is
    Gower's: the mean over all columns of difference / range for numbers and 0 or 1 otherwise.
    `like_row` is the row of the table from which the new values were taken.
    """

    changes: tuple[Change, ...]
    prediction: Any
    output: float
    distance: float
    like_row: int


@dataclass(frozen=True, kw_only=True)
class CounterfactualCase(Record):
    """The counterfactuals of one row. `wanted` says in words what they were to reach.

    `wanted_class` is a class, or None for a regression, whose value was to lie in `wanted_low` to
    `wanted_high` (None: no limit). Where none was found, `why_none` says why.
    """

    row: int
    prediction: Any
    output: float
    wanted: str
    wanted_class: int | None = None
    wanted_low: float | None = None
    wanted_high: float | None = None
    found: tuple[Counterfactual, ...] = ()
    why_none: str | None = None


@dataclass(frozen=True, kw_only=True)
class Counterfactuals(Section):
    """What would have to be different. The `immutable` columns are never changed."""

    name: ClassVar[str] = "counterfactuals"

    immutable: tuple[str, ...]
    cases: tuple[CounterfactualCase, ...]


@dataclass(frozen=True, kw_only=True)
class PermutedColumn(Record):
    """How much worse the metric is with a column shuffled, and the 95 % interval of that."""

    column: str
    increase: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Permutation(Section):
    """Permutation importance. `increase` is a loss: above 0 is worse, whatever the metric.

    `score` is that of the unshuffled rows. `refitted` says whether the model had not seen them.
    """

    name: ClassVar[str] = "permutation"

    metric: str
    score: float
    repeats: int
    refitted: bool
    columns: tuple[PermutedColumn, ...]


@dataclass(frozen=True, kw_only=True)
class DependenceLine(Record):
    """The mean output over the grid for one class, or the value; and the lines of single rows.

    `low` and `high` hold the middle 80 % of the rows at each point of the grid. `ice` has one line
    for each of the section's `ice_rows`.
    """

    output: int | None
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    ice: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class DependenceOf(Record):
    """What the model says when one column is set to each value of a grid in all rows.

    `grid` has values as they stand in the table. `ordered` says whether they are a scale or a list
    of levels; of a scale, `places` says where each value lies: its number, or the days since 1970
    of a date. `density` is the share of the table's rows that lies nearest to each value.
    """

    column: str
    ordered: bool
    grid: tuple[Any, ...]
    density: tuple[float, ...]
    lines: tuple[DependenceLine, ...]
    places: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Dependence(Section):
    """Partial dependence and individual conditional expectation of the top columns."""

    name: ClassVar[str] = "dependence"

    scale: str
    refitted: bool
    ice_rows: tuple[int, ...]
    columns: tuple[DependenceOf, ...] = field(default_factory=tuple)
