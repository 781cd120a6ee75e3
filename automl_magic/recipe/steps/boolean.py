"""boolean: encode two values as 1 and 0."""

# ruff: noqa: ARG003 - every step has the signatures of FittedStep

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import FittedStep, State, step_params
from automl_magic.recipe.steps.scaling import check_choice
from automl_magic.recipe.table import ColumnArrays, n_rows
from automl_magic.recipe.values import NAN, Array, Floats, category_text, map_texts
from automl_magic.records import StepSpec


@dataclass(frozen=True)
class BooleanStep(FittedStep):
    """1 if the text of the value is `true`, otherwise 0, or NaN if it is missing.

    Parameters of the spec
    ----------------------
    true : str
        The text that means yes: "True", "1", "yes", …
    false : str or None
        The text that means no. If set, any third value counts as missing.
    fill : None or "most_frequent"
        How missing values are filled (0 on a tie, or if all values are missing).
    """

    defaults: ClassVar[Mapping[str, object]] = {"true": "True", "false": None, "fill": None}

    columns: tuple[str, ...]
    true: str
    false: str | None
    fills: tuple[float, ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        params = step_params(spec, cls.defaults)
        fill = check_choice(spec, "fill", params["fill"], (None, "most_frequent"))
        step = cls(spec.columns, params["true"], params["false"], (NAN,) * len(spec.columns))
        if fill is None:
            return step
        matrix = step.transform(table)
        ones, zeros = (matrix == 1.0).sum(axis=0), (matrix == 0.0).sum(axis=0)
        return cls(
            step.columns, step.true, step.false, tuple((ones > zeros).astype(float).tolist())
        )

    @property
    def names(self) -> tuple[str, ...]:
        return self.columns

    @property
    def sources(self) -> tuple[str, ...]:
        return self.columns

    def transform(self, table: ColumnArrays) -> Floats:
        matrix = np.empty((n_rows(table), len(self.columns)))
        for position, (name, fill) in enumerate(zip(self.columns, self.fills, strict=True)):
            codes = {None: fill, self.true: 1.0}
            if self.false is not None:
                codes.setdefault(self.false, 0.0)
            default = 0.0 if self.false is None else fill
            matrix[:, position] = map_texts(table[name], codes, default)
        return matrix

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        return [
            self._code(category_text(row.get(name)), fill)
            for name, fill in zip(self.columns, self.fills, strict=True)
        ]

    def _code(self, text: str | None, fill: float) -> float:
        if text is None:
            return fill
        if text == self.true:
            return 1.0
        return 0.0 if self.false is None or text == self.false else fill

    def to_state(self) -> State:
        document = {"columns": list(self.columns), "true": self.true, "false": self.false}
        return document, {"fills": np.array(self.fills)}

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        return cls(
            tuple(document["columns"]),
            document["true"],
            document["false"],
            tuple(arrays["fills"].tolist()),
        )
