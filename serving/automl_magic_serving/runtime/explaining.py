"""explaining: what each column of an instance adds to its answer.

Where every member is a booster of trees, and the members combine linearly in their margins, the
libraries' own TreeSHAP is exact, and tells in the margin's unit. Everywhere else the columns are
brought in one after the other, in random orders, into rows of the background, and what each one
changes is averaged: Shapley values by permutation sampling (Castro et al., "Polynomial calculation
of the Shapley value based on sampling", 2009), each order with its reverse (Mitchell et al.,
"Sampling permutations for Shapley value estimation", 2022). Either way the contributions sum to the
answer minus the base.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_magic.recipe import FittedRecipe, FittedView
from automl_magic.recipe.combine import Blend, Method
from automl_magic.recipe.members.margins import MARGINS
from automl_magic.recipe.steps.base import FittedStep
from automl_magic.recipe.steps.boolean import BooleanStep
from automl_magic.recipe.steps.category import CategoryStep
from automl_magic.recipe.steps.date import DateStep
from automl_magic.recipe.steps.number import NumberStep
from automl_magic.recipe.steps.one_hot import OneHotStep
from automl_magic.recipe.steps.target_mean import TargetMeanStep
from automl_magic.recipe.steps.text import TextStep
from automl_magic.recipe.values import Floats
from automl_magic.records import TaskKind

FEWEST_PAIRS, MOST_PAIRS = 8, 128
BUDGET_S = 0.1
TOGETHER = 4


@dataclass(frozen=True)
class Explanation:
    """What each column adds to `base`, so that together they are `total`.

    `unit` is `value`, `log-odds of LABEL`, `score of LABEL` or `probability of LABEL`. `exact` says
    whether the contributions are computed or estimated from samples; their sum is exact anyway.
    """

    contributions: dict[str, float]
    base: float
    total: float
    unit: str
    exact: bool


class TreePaths:
    """Exact contributions, for a model of boosters whose margins add up."""

    def __init__(self, fitted: FittedRecipe, names: Sequence[str]) -> None:
        self._fitted, self._names = fitted, tuple(names)
        recipe = fitted.recipe
        self._columns = {
            name: _columns_of(view, self._names) for name, view in fitted.views.items()
        }
        calibration = recipe.calibration
        self._hotter = 1.0 if calibration is None else 1.0 / calibration.temperature
        self._shift = () if calibration is None else calibration.shift

    @staticmethod
    def refusal(fitted: FittedRecipe) -> str | None:
        """Say why the margins of a model do not add up to its answer; None if they do."""
        recipe = fitted.recipe
        if strange := sorted({one.estimator for one in recipe.members} - MARGINS.keys()):
            return f"{', '.join(strange)} is no booster of trees"
        if any(_column_counts(step) is None for v in fitted.views.values() for step in v.steps):
            return "a feature is made of several columns"
        if not recipe.task.is_classification:
            return None
        if recipe.calibration is not None and recipe.calibration.method is Method.ISOTONIC:
            return "its probabilities are calibrated by a curve"
        if len(recipe.members) > 1 and recipe.blend is not Blend.GEOMETRIC:
            return "it averages the probabilities of its members"
        if any(len(one.seeds) > 1 for one in recipe.members):
            return "it averages the probabilities of several seeds"
        return None

    def explain(self, values: Sequence[Any], predicted: int) -> Explanation:
        """Explain one instance; of more than two classes, the score of the predicted one."""
        recipe = self._fitted.recipe
        row = dict(zip(self._names, values, strict=True))
        output = predicted if recipe.task is TaskKind.MULTICLASS else 0
        found, base = np.zeros(len(self._names)), 0.0
        for one in self._fitted.members:
            matrix = np.array([self._fitted.views[one.spec.view].transform_row(row)])
            for native in one.models:
                weight = self._hotter * one.spec.weight / len(one.models)
                parts = weight * MARGINS[one.spec.estimator](native, matrix)[0, :, output]
                np.add.at(found, self._columns[one.spec.view], parts[:-1])
                base += float(parts[-1])
        if self._shift:
            base += (
                self._shift[output]
                if recipe.task is TaskKind.MULTICLASS
                else self._shift[1] - self._shift[0]
            )
        contributions = dict(zip(self._names, found.tolist(), strict=True))
        return Explanation(contributions, base, base + float(found.sum()), self._unit(output), True)

    def _unit(self, output: int) -> str:
        recipe = self._fitted.recipe
        if recipe.task is TaskKind.REGRESSION:
            return "value"
        if recipe.task is TaskKind.BINARY:
            return f"log-odds of {recipe.classes[1]}"
        return f"score of {recipe.classes[output]}"


class Sampled:
    """Estimated contributions, for any model.

    Parameters
    ----------
    predict : callable
        Rows of values in, values of shape (n,) or probabilities of shape (n, k) out.
    seconds : callable
        About how long so many rows take.
    background : sequence of rows of values
    """

    def __init__(
        self,
        fitted: FittedRecipe,
        names: Sequence[str],
        predict: Callable[[Sequence[Sequence[Any]]], Floats],
        seconds: Callable[[int], float],
        background: Sequence[Sequence[Any]],
    ) -> None:
        self._recipe, self._names, self._predict = fitted.recipe, tuple(names), predict
        self._background = background
        together = 2 * TOGETHER * (len(self._names) + 1)
        affordable = int(TOGETHER * BUDGET_S / max(1e-9, seconds(together)))
        self.n_pairs = min(MOST_PAIRS, max(FEWEST_PAIRS, affordable))

    def explain(self, values: Sequence[Any], predicted: int) -> Explanation:
        """Explain one instance: the probability of the second of two classes, or of the predicted.

        The same instance has the same explanation as long as the model is loaded.
        """
        chance = random.Random(0)  # noqa: S311 - orders of columns, no secret
        n_columns = len(self._names)
        found, bases, total = np.zeros(n_columns), 0.0, 0.0
        for start in range(0, self.n_pairs, TOGETHER):
            orders, rows = [], []
            for place in range(start, min(start + TOGETHER, self.n_pairs)):
                other = self._background[place % len(self._background)]
                order = chance.sample(range(n_columns), n_columns)
                for one in (order, order[::-1]):
                    orders.append(one)
                    rows += _path(values, other, one)
            said = self._said(self._predict(rows), predicted).reshape(len(orders), n_columns + 1)
            for order, along in zip(orders, said, strict=True):
                found[order] += np.diff(along)
            bases += float(said[:, 0].sum())
            total = float(said[0, -1])
        found /= 2 * self.n_pairs
        base = bases / (2 * self.n_pairs)
        contributions = dict(zip(self._names, found.tolist(), strict=True))
        return Explanation(contributions, base, total, self._unit(predicted), False)

    def _said(self, predictions: Floats, predicted: int) -> Floats:
        if predictions.ndim == 1:
            return predictions
        return predictions[:, 1 if self._recipe.n_classes == 2 else predicted]

    def _unit(self, predicted: int) -> str:
        if self._recipe.task is TaskKind.REGRESSION:
            return "value"
        label = self._recipe.classes[1 if self._recipe.n_classes == 2 else predicted]
        return f"probability of {label}"


def _path(values: Sequence[Any], other: Sequence[Any], order: Sequence[int]) -> list[list[Any]]:
    """Return the rows from another one to this one, one column after the other."""
    row = list(other)
    rows = [list(row)]
    for place in order:
        row[place] = values[place]
        rows.append(list(row))
    return rows


def _columns_of(view: FittedView, names: Sequence[str]) -> list[int]:
    """Return for each output of a view the place of the column that it is made of."""
    places = [
        names.index(column)
        for step in view.steps
        for column, n_outputs in _column_counts(step) or ()
        for _ in range(n_outputs)
    ]
    return places if view.kept is None else [places[kept] for kept in view.kept]


def _column_counts(step: FittedStep) -> list[tuple[str, int]] | None:
    """Return the columns of a step with the number of outputs of each; None where they mix."""
    counts: Sequence[int]
    match step:
        case NumberStep():
            counts = [1 + indicator for indicator in step.indicators]
        case BooleanStep() | CategoryStep():
            counts = [1] * len(step.columns)
        case OneHotStep():
            counts = [len(levels) for levels in step.levels]
        case TargetMeanStep():
            counts = [means.rows.shape[1] for means in step.means]
        case DateStep():
            counts = [len(scalings) for scalings in step.scalings]
        case TextStep() if len(step.columns) == 1:
            counts = [len(step.names)]
        case _:
            return None
    return list(zip(step.columns, counts, strict=True))
