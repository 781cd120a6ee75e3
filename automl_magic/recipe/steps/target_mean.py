"""target_mean: encode levels as smoothed means of the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import FittedStep, MapLevel, State, step_params
from automl_magic.recipe.steps.levels import (
    check_smoothing,
    encode_levels,
    level_code_map,
    level_outputs,
    out_of_fold_means,
    sorted_levels,
)
from automl_magic.recipe.table import ColumnArrays
from automl_magic.recipe.values import Array, Floats, as_text, category_text, map_texts
from automl_magic.records import StepSpec


@dataclass(frozen=True)
class LevelMeans:
    """The target means of one column's levels.

    Row i + 1 of `rows` holds the outputs of level i, row 0 those of unseen levels.
    """

    levels: tuple[str, ...]
    rows: Floats

    @cached_property
    def positions(self) -> dict[str | None, int]:
        return level_code_map(self.levels)

    @cached_property
    def outputs(self) -> list[list[float]]:
        return self.rows.tolist()

    def encode(self, texts: list[str | None]) -> Array:
        return encode_levels(texts, self.positions)


@dataclass(frozen=True)
class TargetMeanStep(FittedStep):
    """For each column: the smoothed mean target per level, then log(1 + rows of the level).

    There is one mean for a regression (of the target) and for two classes (of class 1), and one
    per class for more. The mean of a level with `count` rows is (sum + smoothing · overall mean) /
    (count + smoothing), so unseen levels get the overall mean. Training rows get out-of-fold means.

    Parameters of the spec
    ----------------------
    smoothing : float
        The weight of the overall mean, in rows.
    n_folds : int
        The number of folds for out-of-fold means; see `StepTarget.folds`.
    seed : int
        The seed of the folds (`numpy.random.default_rng`).

    Notes
    -----
    Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes" (2001),
    with a fixed weight of the prior.
    """

    defaults: ClassVar[Mapping[str, object]] = {"smoothing": 10.0, "n_folds": 5, "seed": 0}
    reads_target: ClassVar[bool] = True

    columns: tuple[str, ...]
    means: tuple[LevelMeans, ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        smoothing = check_smoothing(spec, step_params(spec, cls.defaults)["smoothing"])
        targets = step_target.target_columns(spec)
        means = []
        for name in spec.columns:
            texts = as_text(table[name])
            levels = sorted_levels(texts)
            codes = encode_levels(texts, level_code_map(levels))
            means.append(LevelMeans(levels, level_outputs(codes, targets, smoothing, len(levels))))
        return cls(spec.columns, tuple(means))

    @classmethod
    def fit_transform(
        cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget
    ) -> tuple[Self, Floats]:
        params = step_params(spec, cls.defaults)
        step = cls.fit(spec, table, step_target)
        targets = step_target.target_columns(spec)
        folds = step_target.assign_folds(spec, params["n_folds"], params["seed"])
        parts = []
        for name, column in zip(step.columns, step.means, strict=True):
            codes = column.encode(as_text(table[name]))
            n_levels = len(column.levels)
            parts.append(out_of_fold_means(codes, targets, folds, params["smoothing"], n_levels))
            parts.append(column.rows[codes, -1:])
        return step, np.hstack(parts)

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(
            f"{name}: {output}"
            for name, column in zip(self.columns, self.means, strict=True)
            for output in output_names(column.rows.shape[1])
        )

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(
            name
            for name, means in zip(self.columns, self.means, strict=True)
            for _ in range(means.rows.shape[1])
        )

    def transform(self, table: ColumnArrays) -> Floats:
        return np.hstack(
            [
                column.rows[map_texts(table[name], column.positions, 0)]
                for name, column in zip(self.columns, self.means, strict=True)
            ]
        )

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        outputs: list[float] = []
        for name, column in zip(self.columns, self.means, strict=True):
            outputs += column.outputs[column.positions.get(category_text(row.get(name)), 0)]
        return outputs

    def map_levels(self, map_level: MapLevel) -> Self:
        means = (
            replace(column, levels=tuple(map_level(name, level) for level in column.levels))
            for name, column in zip(self.columns, self.means, strict=True)
        )
        return replace(self, means=tuple(means))

    def to_state(self) -> State:
        document = {
            "columns": list(self.columns),
            "levels": [list(column.levels) for column in self.means],
        }
        return document, {str(i): column.rows for i, column in enumerate(self.means)}

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        means = (
            LevelMeans(tuple(levels), arrays[str(i)]) for i, levels in enumerate(document["levels"])
        )
        return cls(tuple(document["columns"]), tuple(means))


def output_names(width: int) -> tuple[str, ...]:
    """Return the names of the outputs of one column, or of one pair of columns."""
    if width == 2:
        return ("mean target", "log count")
    return (*(f"share of class {code}" for code in range(width - 1)), "log count")
