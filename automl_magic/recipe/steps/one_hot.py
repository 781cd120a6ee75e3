"""one_hot: encode frequent levels as 0/1 columns."""

# ruff: noqa: ARG003 - every step has the signatures of FittedStep

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import FittedStep, MapLevel, State, step_params
from automl_magic.recipe.table import ColumnArrays, n_rows
from automl_magic.recipe.values import Array, Floats, as_text, category_text, map_texts
from automl_magic.records import StepSpec


@dataclass(frozen=True)
class OneHotStep(FittedStep):
    """One 0/1 column per frequent level, sorted. They are all 0 for other values.

    Parameters of the spec
    ----------------------
    min_count : int
        The minimum number of training rows of a level.
    max_levels : int
        The maximum number of levels per column: the most frequent ones (ties in text order).
    """

    defaults: ClassVar[Mapping[str, object]] = {"min_count": 1, "max_levels": 30}

    columns: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        params = step_params(spec, cls.defaults)
        levels = []
        for name in spec.columns:
            counts = Counter(text for text in as_text(table[name]) if text is not None)
            frequent = [level for level in counts if counts[level] >= params["min_count"]]
            frequent.sort(key=lambda level: (-counts[level], level))
            levels.append(tuple(sorted(frequent[: params["max_levels"]])))
        return cls(spec.columns, tuple(levels))

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(
            f"{name} = {level}"
            for name, levels in zip(self.columns, self.levels, strict=True)
            for level in levels
        )

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(
            name for name, levels in zip(self.columns, self.levels, strict=True) for _ in levels
        )

    @cached_property
    def _positions(self) -> tuple[dict[str | None, int], ...]:
        positions: list[dict[str | None, int]] = []
        start = 0
        for levels in self.levels:
            positions.append({level: start + i for i, level in enumerate(levels)})
            start += len(levels)
        return tuple(positions)

    def transform(self, table: ColumnArrays) -> Floats:
        matrix = np.zeros((n_rows(table), len(self.names)))
        for name, positions in zip(self.columns, self._positions, strict=True):
            indices = map_texts(table[name], positions, -1)
            rows = np.flatnonzero(indices >= 0)
            matrix[rows, indices[rows]] = 1.0
        return matrix

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        outputs = [0.0] * len(self.names)
        for name, positions in zip(self.columns, self._positions, strict=True):
            position = positions.get(category_text(row.get(name)))
            if position is not None:
                outputs[position] = 1.0
        return outputs

    def map_levels(self, map_level: MapLevel) -> Self:
        levels = (
            tuple(map_level(name, level) for level in names)
            for name, names in zip(self.columns, self.levels, strict=True)
        )
        return replace(self, levels=tuple(levels))

    def to_state(self) -> State:
        return {"columns": list(self.columns), "levels": [list(names) for names in self.levels]}, {}

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        return cls(tuple(document["columns"]), tuple(tuple(names) for names in document["levels"]))
