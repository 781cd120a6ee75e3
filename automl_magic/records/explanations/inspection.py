"""Sections of an explanation: SHAP, permutation importance, dependence, counterfactuals.

They inspect the final model. Each section states its rows, its method and its limits. Tuples with
one entry per column follow the order of `Explanation.columns`. A class is given as its position in
`Explanation.classes`. `output` is None for the value of a regression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from automl_magic.records.codec import Record, json_key
from automl_magic.records.explanations.section import Section


@dataclass(frozen=True, kw_only=True)
class ShapColumn(Record):
    """Importance of a column: the mean absolute SHAP value, with its 95% interval.

    `by_output` has the mean for each of the section's `outputs`.
    """

    column: str
    mean_abs: float
    low: float
    high: float
    by_output: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Beeswarm(Record):
    """A column's SHAP values in a sample of rows, with the column's values in these rows.

    `position` is where a value lies between the column's 5% (0) and 95% (1) quantiles, for a color
    scale. None if the values have no order or the value is missing.
    """

    column: str
    output: int | None
    values: tuple[str, ...] = json_key("shown")
    position: tuple[float | None, ...]
    shap: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Shap(Section):
    """SHAP values over many rows: the contribution of each column to the output.

    `exact` is True for tree path SHAP values, False for sampled ones. `scale` describes the scale
    of the output, `unit` is short: `log-odds`, `probability` or `value`. For each of the `outputs`,
    the base value plus a row's SHAP values is the output for that row. `largest_gap` is the largest
    difference found between this sum and the output. `columns` are sorted by importance, highest
    first.
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
    """One row, its prediction, and the contribution of each column.

    `row` is its position in the loaded table, from 0. `chosen_as` is why it was selected:
    `most_wrong`, `least_sure`, `surest` or `random`, and for a regression `most_wrong`, `highest`,
    `lowest` or `random`. `why` explains it in a sentence. `prediction` and `probabilities` are
    those of the final model, which was trained on this row too. `unseen` is the prediction of a
    model not trained on it: the probability of its true class, or the value. `shap` has one number
    per column, in the order of `Explanation.columns`, on the scale of the section. `base_value`
    plus their sum is `total`, the model's output for the class `output`.
    """

    row: int
    chosen_as: str
    why: str
    values: Mapping[str, object]
    truth: object
    prediction: object
    probabilities: tuple[float, ...] = ()
    unseen: float | None = None
    output: int | None = None
    base_value: float = 0.0
    total: float = 0.0
    shap: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LocalExplanations(Section):
    """Explanations of single rows. `scale` and `unit` are as in `Shap`."""

    name: ClassVar[str] = "local"

    scale: str
    unit: str
    explained: tuple[LocalRow, ...]


@dataclass(frozen=True, kw_only=True)
class FeatureChange(Record):
    """One column of a counterfactual: its value in the row and its new value."""

    column: str
    was: Any
    becomes: Any


@dataclass(frozen=True, kw_only=True)
class Counterfactual(Record):
    """Few changes to a row that lead to the desired prediction. The prediction was verified.

    `output` is the probability of the desired class, or the value, after the changes. `distance` is
    Gower's distance: the mean over all columns of difference / range for numbers and 0 or 1
    otherwise. `like_row` is the row of the table that the new values come from.
    """

    changes: tuple[FeatureChange, ...]
    prediction: object
    output: float
    distance: float
    like_row: int


@dataclass(frozen=True, kw_only=True)
class CounterfactualCase(Record):
    """The counterfactuals of one row. `desired` describes the desired prediction.

    `desired_class` is the desired class. It's None for a regression, which has a desired range from
    `desired_low` to `desired_high` (None for no limit). If there are no counterfactuals, `why_none`
    has the reason.
    """

    row: int
    prediction: object
    output: float
    desired: str = json_key("wanted")
    desired_class: int | None = json_key("wanted_class", default=None)
    desired_low: float | None = json_key("wanted_low", default=None)
    desired_high: float | None = json_key("wanted_high", default=None)
    counterfactuals: tuple[Counterfactual, ...] = json_key("found", default=())
    why_none: str | None = None


@dataclass(frozen=True, kw_only=True)
class Counterfactuals(Section):
    """Counterfactuals of some rows. The `immutable` columns are never changed."""

    name: ClassVar[str] = "counterfactuals"

    immutable: tuple[str, ...]
    cases: tuple[CounterfactualCase, ...]


@dataclass(frozen=True, kw_only=True)
class PermutedColumn(Record):
    """The increase of the loss if a column is shuffled, with its 95% interval."""

    column: str
    increase: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class PermutationImportance(Section):
    """Permutation importance. `increase` is a loss: above 0 is worse for every metric.

    `score` is the score on the unshuffled rows. `refitted` is True if the model was refitted
    without these rows.
    """

    name: ClassVar[str] = "permutation"

    metric: str
    score: float
    repeats: int
    refitted: bool
    columns: tuple[PermutedColumn, ...]


@dataclass(frozen=True, kw_only=True)
class DependenceLine(Record):
    """The mean output over the grid for one class, or for the value of a regression.

    The middle 80% of the rows lie between `low` and `high` at each point of the grid. `ice` has one
    line for each of the section's `ice_rows`.
    """

    output: int | None
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    ice: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ColumnDependence(Record):
    """The output if one column is set to each value of a grid in all rows.

    `grid` has values as in the table. `ordered` is True for a numeric scale or dates, False for a
    list of levels. `positions` are the positions on the scale: numbers, or days since 1970 for
    dates. `density` is the share of the table's rows nearest to each value.
    """

    column: str
    ordered: bool
    grid: tuple[Any, ...]
    density: tuple[float, ...]
    lines: tuple[DependenceLine, ...]
    positions: tuple[float, ...] = json_key("places", default=())


@dataclass(frozen=True, kw_only=True)
class Dependence(Section):
    """Partial dependence and individual conditional expectation (ICE) of the top columns."""

    name: ClassVar[str] = "dependence"

    scale: str
    refitted: bool
    ice_rows: tuple[int, ...]
    columns: tuple[ColumnDependence, ...] = field(default_factory=tuple)
