"""target_mean: a level becomes the mean target of its rows, drawn towards the mean of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from automl_magic.errors import PlanError
from automl_magic.recipe.steps.base import FittedStep, State, params_of
from automl_magic.recipe.table import Table, n_rows
from automl_magic.recipe.values import Array, Floats, as_text, text_of
from automl_magic.records import StepSpec, TaskKind


@dataclass(frozen=True)
class LevelMeans:
    """The levels of one column; row i + 1 of `rows` holds the outputs of level i, row 0 those of
    a level never seen.
    """

    levels: tuple[str, ...]
    rows: Floats

    @cached_property
    def positions(self) -> dict[str | None, int]:
        return {level: i + 1 for i, level in enumerate(self.levels)}

    @cached_property
    def outputs(self) -> list[list[float]]:
        return self.rows.tolist()

    def of(self, texts: list[str | None]) -> Array:
        positions = self.positions
        return np.array([positions.get(text, 0) for text in texts], dtype=np.int64)


@dataclass(frozen=True)
class TargetMeanStep(FittedStep):
    """For each column the smoothed mean of the target per level, then log(1 + rows of the level).

    One mean for a regression (of the target) and for two classes (of class 1), one per class for
    more. The mean of a level with `count` rows is (sum + smoothing · mean of all) / (count +
    smoothing), so that a level never seen gets the mean of all. For the rows it was fitted on, the
    sums and counts under a mean come from the other folds alone.

    Parameters of the spec
    ----------------------
    smoothing : float
        How many rows the mean of all counts for.
    n_folds : int
        Folds of the out-of-fold means: a random permutation of the row numbers modulo `n_folds`.
    seed : int
        Seed of that permutation (`numpy.random.default_rng`).

    Notes
    -----
    Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes" (2001),
    with a fixed weight of the prior.
    """

    defaults: ClassVar[Mapping[str, Any]] = {"smoothing": 10.0, "n_folds": 5, "seed": 0}

    columns: tuple[str, ...]
    means: tuple[LevelMeans, ...]

    @classmethod
    def fit(
        cls, spec: StepSpec, table: Table, target: Array | None, task: TaskKind, n_classes: int = 0
    ) -> Self:
        smoothing = params_of(spec, cls.defaults)["smoothing"]
        if not smoothing > 0:
            raise PlanError(
                f"The feature step 'target_mean' cannot use smoothing={smoothing!r}.",
                why="Without smoothing, a level of one row would be that row's own target.",
                fix="Write smoothing=10.0.",
            )
        goals = _goals(target, task, n_classes)
        means = []
        for name in spec.columns:
            texts = as_text(table[name])
            levels = tuple(sorted({text for text in texts if text is not None}))
            column = LevelMeans(levels, np.empty((0, 0)))
            codes = column.of(texts)
            counts = np.bincount(codes[codes > 0], minlength=len(levels) + 1)
            rows = [_smoothed(codes, goal, goal.mean(), smoothing, len(levels)) for goal in goals]
            means.append(LevelMeans(levels, np.column_stack([*rows, np.log1p(counts)])))
        return cls(spec.columns, tuple(means))

    @classmethod
    def fit_transform(
        cls, spec: StepSpec, table: Table, target: Array | None, task: TaskKind, n_classes: int = 0
    ) -> tuple[Self, Floats]:
        params = params_of(spec, cls.defaults)
        step = cls.fit(spec, table, target, task, n_classes)
        matrix = step.transform(table)
        goals = _goals(target, task, n_classes)
        size = n_rows(table)
        folds = np.random.default_rng(params["seed"]).permutation(size) % params["n_folds"]
        for number, (name, column) in enumerate(zip(step.columns, step.means, strict=True)):
            codes = column.of(as_text(table[name]))
            start = number * (len(goals) + 1)
            for fold in range(params["n_folds"]):
                inside = folds == fold
                for i, goal in enumerate(goals):
                    row_means = _smoothed(
                        codes[~inside],
                        goal[~inside],
                        goal.mean(),
                        params["smoothing"],
                        len(column.levels),
                    )
                    matrix[inside, start + i] = row_means[codes[inside]]
        return step, matrix

    @cached_property
    def names(self) -> tuple[str, ...]:
        names = []
        for name, column in zip(self.columns, self.means, strict=True):
            n_means = column.rows.shape[1] - 1
            if n_means == 1:
                names.append(f"{name}: mean target")
            else:
                names += [f"{name}: share of class {code}" for code in range(n_means)]
            names.append(f"{name}: log count")
        return tuple(names)

    def transform(self, table: Table) -> Floats:
        return np.hstack(
            [
                column.rows[column.of(as_text(table[name]))]
                for name, column in zip(self.columns, self.means, strict=True)
            ]
        )

    def transform_row(self, row: Mapping[str, object]) -> list[float]:
        outputs: list[float] = []
        for name, column in zip(self.columns, self.means, strict=True):
            outputs += column.outputs[column.positions.get(text_of(row.get(name)), 0)]
        return outputs

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


def _goals(target: Array | None, task: TaskKind, n_classes: int) -> list[Floats]:
    """Return what is averaged: the target itself, or one 0/1 array per class for more than two."""
    if target is None:
        raise TypeError("The step target_mean is fitted with the encoded target.")
    if task is TaskKind.MULTICLASS:
        return [(target == code).astype(np.float64) for code in range(n_classes)]
    return [target.astype(np.float64)]


def _smoothed(codes: Array, goal: Floats, prior: float, smoothing: float, n_levels: int) -> Floats:
    """Return the smoothed mean of position 0 (missing or never seen) and of each level after it."""
    seen = codes > 0
    sums = np.bincount(codes[seen], weights=goal[seen], minlength=n_levels + 1)
    counts = np.bincount(codes[seen], minlength=n_levels + 1)
    return (sums + smoothing * prior) / (counts + smoothing)
