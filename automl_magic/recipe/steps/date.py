"""date: encode dates as days since 1970 and calendar parts."""

# ruff: noqa: ARG003 - every step has the signatures of FittedStep

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import FittedStep, State, step_params
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

PARTS = ("days", "year", "month", "day", "weekday", "hour")
DAY = 86_400_000_000.0  # microseconds


@dataclass(frozen=True)
class DateStep(FittedStep):
    """For each column: days since 1970-01-01, year, month, day, weekday (Monday is 0), and the hour
    if any training value isn't midnight.

    Parameters of the spec
    ----------------------
    date_format : str or None
        The format of text (strptime). None is ISO 8601.
    fill : None or "median"
        How each part of a missing date is filled. None leaves NaN.
    scale : bool
        Whether to subtract the mean and divide by the standard deviation.
    """

    defaults: ClassVar[Mapping[str, object]] = {"date_format": None, "fill": None, "scale": False}

    columns: tuple[str, ...]
    date_format: str | None
    scalings: tuple[tuple[Scaling, ...], ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        params = step_params(spec, cls.defaults)
        fill = check_choice(spec, "fill", params["fill"], (None, "median"))
        scalings = []
        for name in spec.columns:
            dates = as_dates(table[name], params["date_format"])
            present = dates[~np.isnat(dates)]
            has_time = bool((present != present.astype("datetime64[D]")).any())
            scalings.append(
                tuple(
                    Scaling.fit(part, fill=fill is not None, scale=params["scale"])
                    for part in date_parts(dates)[: 6 if has_time else 5]
                )
            )
        return cls(spec.columns, params["date_format"], tuple(scalings))

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(
            f"{name}: {part}"
            for name, scalings in zip(self.columns, self.scalings, strict=True)
            for part in PARTS[: len(scalings)]
        )

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(
            name
            for name, scalings in zip(self.columns, self.scalings, strict=True)
            for _ in scalings
        )

    def transform(self, table: ColumnArrays) -> Floats:
        matrix = np.empty((n_rows(table), len(self.names)))
        position = 0
        for name, scalings in zip(self.columns, self.scalings, strict=True):
            parts = date_parts(as_dates(table[name], self.date_format))
            for scaling, part in zip(scalings, parts, strict=False):
                matrix[:, position] = scaling.apply(part)
                position += 1
        return matrix

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        outputs = []
        for name, scalings in zip(self.columns, self.scalings, strict=True):
            parts = date_parts_row(to_utc_datetime(row.get(name), self.date_format))
            outputs += [
                scaling.apply_row(part) for scaling, part in zip(scalings, parts, strict=False)
            ]
        return outputs

    def to_state(self) -> State:
        document = {"columns": list(self.columns), "date_format": self.date_format}
        return document, {str(i): Scaling.to_array(s) for i, s in enumerate(self.scalings)}

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        columns = tuple(document["columns"])
        scalings = (Scaling.from_array(arrays[str(i)]) for i in range(len(columns)))
        return cls(columns, document["date_format"], tuple(scalings))


def date_parts(dates: Array) -> list[Floats]:
    """Return the parts of datetime64[us] dates in the order of `PARTS`, NaN for NaT."""
    days, months = dates.astype("datetime64[D]"), dates.astype("datetime64[M]")
    years = dates.astype("datetime64[Y]")
    parts = [
        dates.astype(np.int64) / DAY,
        years.astype(np.int64) + 1970.0,
        months.astype(np.int64) % 12 + 1.0,
        (days - months.astype("datetime64[D]")).astype(np.int64) + 1.0,
        (days.astype(np.int64) + 3.0) % 7.0,
        (dates - days).astype("timedelta64[h]").astype(np.int64).astype(np.float64),
    ]
    missing = np.isnat(dates)
    return [np.where(missing, NAN, part) for part in parts]


def date_parts_row(date: datetime | None) -> tuple[float, ...]:
    """Return the parts of one date in the order of `PARTS`."""
    if date is None:
        return (NAN,) * len(PARTS)
    return (
        float(to_microseconds(date)) / DAY,
        float(date.year),
        float(date.month),
        float(date.day),
        float(date.weekday()),
        float(date.hour),
    )
