"""category: encode levels as codes, for models that split on sets of levels."""

# ruff: noqa: ARG003 - every step has the signatures of FittedStep

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import FittedStep, MapLevel, State, step_params
from automl_magic.recipe.table import ColumnArrays, n_rows
from automl_magic.recipe.values import NAN, Array, Floats, as_text, category_text, map_texts
from automl_magic.records import StepSpec


@dataclass(frozen=True)
class CategoryStep(FittedStep):
    """The position of the value in the sorted training levels, NaN for unseen levels.

    It has no parameters, and doesn't limit the number of levels.
    """

    defaults: ClassVar[Mapping[str, object]] = {}

    columns: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        step_params(spec, cls.defaults)
        levels = []
        for name in spec.columns:
            texts = {text for text in as_text(table[name]) if text is not None}
            levels.append(tuple(sorted(texts)))
        return cls(spec.columns, tuple(levels))

    @property
    def names(self) -> tuple[str, ...]:
        return self.columns

    @property
    def sources(self) -> tuple[str, ...]:
        return self.columns

    @property
    def categorical(self) -> tuple[int, ...]:
        return tuple(range(len(self.columns)))

    @cached_property
    def _codes(self) -> tuple[dict[str | None, float], ...]:
        return tuple({level: float(i) for i, level in enumerate(levels)} for levels in self.levels)

    def transform(self, table: ColumnArrays) -> Floats:
        matrix = np.empty((n_rows(table), len(self.columns)))
        for position, (name, codes) in enumerate(zip(self.columns, self._codes, strict=True)):
            matrix[:, position] = map_texts(table[name], codes, NAN)
        return matrix

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        return [
            codes.get(category_text(row.get(name)), NAN)
            for name, codes in zip(self.columns, self._codes, strict=True)
        ]

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
