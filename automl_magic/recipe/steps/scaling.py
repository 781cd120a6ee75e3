"""scaling: fill missing values with the median, then standardize, for `number` and `date`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np

from automl_magic.errors import PlanError
from automl_magic.recipe.values import Floats
from automl_magic.records import StepSpec

Choice = TypeVar("Choice")


@dataclass(frozen=True)
class Scaling:
    """(value - mean) / spread, with NaN first replaced by the fill value, if there is one."""

    fill: float
    mean: float
    spread: float

    @classmethod
    def fit(cls, values: Floats, *, fill: bool, scale: bool) -> Self:
        """Compute the median, and the mean and standard deviation of the filled values.

        An empty column is filled with 0. A constant column keeps its scale.
        """
        empty = bool(np.isnan(values).all())
        median = math.nan
        if fill:
            median = 0.0 if empty else float(np.nanmedian(values))
            values = np.where(np.isnan(values), median, values)
        if not scale or (empty and not fill):
            return cls(median, 0.0, 1.0)
        return cls(median, float(np.nanmean(values)), float(np.nanstd(values)) or 1.0)

    def apply(self, values: Floats) -> Floats:
        if not math.isnan(self.fill):
            values = np.where(np.isnan(values), self.fill, values)
        return (values - self.mean) / self.spread

    def apply_row(self, value: float) -> float:
        return ((self.fill if math.isnan(value) else value) - self.mean) / self.spread

    @staticmethod
    def to_array(scalings: Sequence[Scaling]) -> Floats:
        return np.array([[s.fill, s.mean, s.spread] for s in scalings], dtype=np.float64)

    @staticmethod
    def from_array(array: Floats) -> tuple[Scaling, ...]:
        return tuple(Scaling(*row) for row in array.tolist())


def check_choice(spec: StepSpec, name: str, value: Choice, allowed: Sequence[Choice]) -> Choice:
    """Return a parameter's value, or raise `PlanError` if it isn't allowed."""
    if value not in allowed:
        options = " or ".join("None" if option is None else repr(option) for option in allowed)
        raise PlanError(
            f"The feature step {spec.kind!r} can't use {name}={value!r}.",
            why=f"{name} must be {options}.",
            fix=f"Use {name}={allowed[-1]!r}.",
        )
    return value
