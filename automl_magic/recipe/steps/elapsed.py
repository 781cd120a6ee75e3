"""elapsed: the days between two dates of a row, such as order and delivery."""

# ruff: noqa: ARG003 - every step has the signatures of FittedStep

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import combinations
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import FittedStep, State, step_params
from automl_magic.recipe.steps.date import DAY
from automl_magic.recipe.steps.scaling import Scaling, check_choice
from automl_magic.recipe.table import ColumnArrays, n_rows
from automl_magic.recipe.values import (
    NAN,
    Array,
    Floats,
    as_dates,
    to_microseconds,
    to_utc_datetime,
)
from automl_magic.records import StepSpec


@dataclass(frozen=True)
class ElapsedStep(FittedStep):
    """The days from the first to the second date, for each pair of columns in the given order.

    Parameters of the spec
    ----------------------
    date_formats : mapping
        The format of text (strptime) by column. Other columns are read as ISO 8601.
    most : int
        The maximum number of pairs. The first ones are used.
    fill : None or "median"
        How missing differences are filled. None leaves NaN.
    scale : bool
        Whether to subtract the mean and divide by the standard deviation.
    """

    defaults: ClassVar[Mapping[str, object]] = {
        "date_formats": {},
        "most": 10,
        "fill": None,
        "scale": False,
    }

    date_formats: Mapping[str, str]
    pairs: tuple[tuple[str, str], ...]
    scalings: tuple[Scaling, ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        params = step_params(spec, cls.defaults)
        fill = check_choice(spec, "fill", params["fill"], (None, "median"))
        pairs = tuple(combinations(spec.columns, 2))[: params["most"]]
        unscaled = cls(params["date_formats"], pairs, (Scaling(NAN, 0.0, 1.0),) * len(pairs))
        scalings = (
            Scaling.fit(days, fill=fill is not None, scale=params["scale"])
            for days in unscaled.transform(table).T
        )
        return cls(unscaled.date_formats, pairs, tuple(scalings))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"days from {start} to {end}" for start, end in self.pairs)

    @cached_property
    def _used(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for pair in self.pairs for name in pair))

    def transform(self, table: ColumnArrays) -> Floats:
        matrix = np.empty((n_rows(table), len(self.pairs)))
        dates = {name: as_dates(table[name], self.date_formats.get(name)) for name in self._used}
        for position, ((start, end), scaling) in enumerate(
            zip(self.pairs, self.scalings, strict=True)
        ):
            elapsed = dates[end] - dates[start]
            days = np.where(np.isnat(elapsed), NAN, elapsed.astype(np.int64) / DAY)
            matrix[:, position] = scaling.apply(days)
        return matrix

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        dates = {
            name: to_utc_datetime(row.get(name), self.date_formats.get(name)) for name in self._used
        }
        return [
            scaling.apply_row(_days(dates[start], dates[end]))
            for (start, end), scaling in zip(self.pairs, self.scalings, strict=True)
        ]

    def to_state(self) -> State:
        document = {
            "date_formats": {
                name: self.date_formats[name] for name in self._used if name in self.date_formats
            },
            "pairs": [list(pair) for pair in self.pairs],
        }
        return document, {"scalings": Scaling.to_array(self.scalings).reshape(-1, 3)}

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        pairs = tuple((start, end) for start, end in document["pairs"])
        return cls(document["date_formats"], pairs, Scaling.from_array(arrays["scalings"]))


def _days(start: datetime | None, end: datetime | None) -> float:
    if start is None or end is None:
        return NAN
    return (to_microseconds(end) - to_microseconds(start)) / DAY
