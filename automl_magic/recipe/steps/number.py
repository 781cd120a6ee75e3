"""number: numbers, with optional filling of missing values and scaling."""

# ruff: noqa: ARG003 - every step has the signatures of FittedStep

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import FittedStep, State, step_params
from automl_magic.recipe.steps.scaling import Scaling, check_choice
from automl_magic.recipe.table import ColumnArrays, n_rows
from automl_magic.recipe.values import Array, Floats, as_numbers, to_float
from automl_magic.records import StepSpec


@dataclass(frozen=True)
class NumberStep(FittedStep):
    """Numbers, each followed by a 0/1 missing indicator if it had missing values in training.

    Parameters of the spec
    ----------------------
    parse : mapping or None
        The number format of text: `decimal`, `thousands`.
    fill : None or "median"
        How missing values are filled. None leaves NaN, which trees support.
    scale : bool
        Whether to subtract the mean and divide by the (population) standard deviation.
    indicator : bool
        Whether to add missing indicators, for columns with missing training values.
    """

    defaults: ClassVar[Mapping[str, object]] = {
        "parse": None,
        "fill": None,
        "scale": False,
        "indicator": False,
    }

    columns: tuple[str, ...]
    parse: Mapping[str, str] | None
    scalings: tuple[Scaling, ...]
    indicators: tuple[bool, ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        params = step_params(spec, cls.defaults)
        fill = check_choice(spec, "fill", params["fill"], (None, "median"))
        scalings, indicators = [], []
        for name in spec.columns:
            values = as_numbers(table[name], params["parse"])
            scalings.append(Scaling.fit(values, fill=fill is not None, scale=params["scale"]))
            indicators.append(bool(params["indicator"] and np.isnan(values).any()))
        return cls(spec.columns, params["parse"], tuple(scalings), tuple(indicators))

    @property
    def names(self) -> tuple[str, ...]:
        names = []
        for name, indicator in zip(self.columns, self.indicators, strict=True):
            names.append(name)
            if indicator:
                names.append(f"{name} is missing")
        return tuple(names)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(
            name
            for name, indicator in zip(self.columns, self.indicators, strict=True)
            for _ in range(1 + indicator)
        )

    def transform(self, table: ColumnArrays) -> Floats:
        matrix = np.empty((n_rows(table), len(self.names)))
        position = 0
        for name, scaling, indicator in zip(
            self.columns, self.scalings, self.indicators, strict=True
        ):
            values = as_numbers(table[name], self.parse)
            matrix[:, position] = scaling.apply(values)
            position += 1
            if indicator:
                matrix[:, position] = np.isnan(values)
                position += 1
        return matrix

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        outputs = []
        for name, scaling, indicator in zip(
            self.columns, self.scalings, self.indicators, strict=True
        ):
            value = to_float(row.get(name), self.parse)
            outputs.append(scaling.apply_row(value))
            if indicator:
                outputs.append(1.0 if math.isnan(value) else 0.0)
        return outputs

    def to_state(self) -> State:
        document = {
            "columns": list(self.columns),
            "parse": None if self.parse is None else dict(self.parse),
            "indicators": list(self.indicators),
        }
        return document, {"scalings": Scaling.to_array(self.scalings)}

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        return cls(
            tuple(document["columns"]),
            document["parse"],
            Scaling.from_array(arrays["scalings"]),
            tuple(document["indicators"]),
        )
