"""missing: how many cells of a row are missing, and which of them together."""

# ruff: noqa: ARG003 - every step has the signatures of FittedStep

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.recipe.goal import Goal
from automl_magic.recipe.steps.base import FittedStep, State, params_of
from automl_magic.recipe.table import Table, n_rows
from automl_magic.recipe.values import Array, Floats, as_missing, missing_of
from automl_magic.records import StepSpec

FEWEST_PATTERNS = 3


@dataclass(frozen=True)
class MissingStep(FittedStep):
    """The number of missing cells of a row, and the pattern that they make.

    Only columns that had missing cells in training count, and there must be two of them: of one,
    its own feature says it all. The pattern is a number: 0 for the most frequent pattern of
    training, 1 for the next, and so on; the last number is for all rare ones. It is left out where
    fewer than three patterns are frequent, since the count tells two of them apart.

    Parameters of the spec
    ----------------------
    min_share : float
        The share of the training rows that makes a pattern frequent.
    most : int
        How many patterns have a number of their own.
    """

    defaults: ClassVar[Mapping[str, Any]] = {"min_share": 0.01, "most": 30}

    columns: tuple[str, ...]
    patterns: tuple[str, ...]

    @classmethod
    def fit(cls, spec: StepSpec, table: Table, step_target: Goal) -> Self:
        params = params_of(spec, cls.defaults)
        masks = {name: as_missing(table[name]) for name in spec.columns}
        columns = tuple(name for name, mask in masks.items() if mask.any())
        if len(columns) < 2:
            return cls((), ())
        counts = Counter(_patterns(np.column_stack([masks[name] for name in columns])))
        min_count = params["min_share"] * n_rows(table)
        frequent = [pattern for pattern in counts if counts[pattern] >= min_count]
        frequent.sort(key=lambda pattern: (-counts[pattern], pattern))
        frequent = frequent[: params["most"]]
        enough = len(frequent) >= FEWEST_PATTERNS
        return cls(columns, tuple(pattern.decode() for pattern in frequent) if enough else ())

    @property
    def names(self) -> tuple[str, ...]:
        if not self.columns:
            return ()
        return ("missing cells", "missing pattern") if self.patterns else ("missing cells",)

    @cached_property
    def _codes(self) -> dict[bytes, float]:
        return {pattern.encode(): float(i) for i, pattern in enumerate(self.patterns)}

    def transform(self, table: Table) -> Floats:
        if not self.columns:
            return np.empty((n_rows(table), 0))
        mask = np.column_stack([as_missing(table[name]) for name in self.columns])
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
        pattern = bytes([48 + missing_of(row.get(name)) for name in self.columns])
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
    """Return a pattern for each row: a 0 or a 1 for each column, 1 where it is missing."""
    digits = np.ascontiguousarray(mask.astype(np.uint8) + ord("0"))
    patterns: list[bytes] = digits.view(f"S{mask.shape[1]}").ravel().tolist()
    return patterns
