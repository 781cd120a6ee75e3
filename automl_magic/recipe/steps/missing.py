"""missing: the number of missing cells of a row, and their pattern."""

# ruff: noqa: ARG003 - every step has the signatures of FittedStep

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.step_target import StepTarget
from automl_magic.recipe.steps.base import FittedStep, State, step_params
from automl_magic.recipe.table import ColumnArrays, n_rows
from automl_magic.recipe.values import Array, Floats, is_missing_value, missing_mask
from automl_magic.records import StepSpec

MIN_PATTERNS = 3


@dataclass(frozen=True)
class MissingStep(FittedStep):
    """The number of missing cells of a row, and the code of their pattern.

    Only columns with missing training values are used, and there must be at least two. Code 0 is
    the most frequent training pattern, 1 the next, and so on. The last code stands for all rare
    patterns. With fewer than three frequent patterns there is no code, because the count already
    distinguishes them.

    Parameters of the spec
    ----------------------
    min_share : float
        The minimum share of the training rows for a frequent pattern.
    most : int
        The maximum number of patterns with their own code.
    """

    defaults: ClassVar[Mapping[str, object]] = {"min_share": 0.01, "most": 30}

    columns: tuple[str, ...]
    patterns: tuple[str, ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: ColumnArrays, step_target: StepTarget) -> Self:
        params = step_params(spec, cls.defaults)
        masks = {name: missing_mask(table[name]) for name in spec.columns}
        columns = tuple(name for name, mask in masks.items() if mask.any())
        if len(columns) < 2:
            return cls((), ())
        counts = Counter(_patterns(np.column_stack([masks[name] for name in columns])))
        min_count = params["min_share"] * n_rows(table)
        frequent = [pattern for pattern in counts if counts[pattern] >= min_count]
        frequent.sort(key=lambda pattern: (-counts[pattern], pattern))
        frequent = frequent[: params["most"]]
        enough = len(frequent) >= MIN_PATTERNS
        return cls(columns, tuple(pattern.decode() for pattern in frequent) if enough else ())

    @property
    def names(self) -> tuple[str, ...]:
        if not self.columns:
            return ()
        return ("missing cells", "missing pattern") if self.patterns else ("missing cells",)

    @cached_property
    def _codes(self) -> dict[bytes, float]:
        return {pattern.encode(): float(i) for i, pattern in enumerate(self.patterns)}

    def transform(self, table: ColumnArrays) -> Floats:
        if not self.columns:
            return np.empty((n_rows(table), 0))
        mask = np.column_stack([missing_mask(table[name]) for name in self.columns])
        outputs = [mask.sum(axis=1).astype(np.float64)]
        if self.patterns:
            rare = float(len(self.patterns))
            outputs.append(
                np.array([self._codes.get(pattern, rare) for pattern in _patterns(mask)])
            )
        return np.column_stack(outputs)

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        if not self.columns:
            return []
        pattern = bytes([48 + is_missing_value(row.get(name)) for name in self.columns])
        count = float(pattern.count(b"1"))
        if not self.patterns:
            return [count]
        return [count, self._codes.get(pattern, float(len(self.patterns)))]

    def to_state(self) -> State:
        return {"columns": list(self.columns), "patterns": list(self.patterns)}, {}

    @classmethod
    def from_state(cls, document: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        return cls(tuple(document["columns"]), tuple(document["patterns"]))


def _patterns(mask: Array) -> list[bytes]:
    """Return the pattern of each row: one digit per column, 1 if it is missing, else 0."""
    digits = np.ascontiguousarray(mask.astype(np.uint8) + ord("0"))
    patterns: list[bytes] = digits.view(f"S{mask.shape[1]}").ravel().tolist()
    return patterns
