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

from automl_magic.recipe import FittedRecipe
from automl_magic.recipe.attribution import TreeShap, approximation, refusal, shares_by_source
from automl_magic.recipe.values import Floats

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


class RowTreeShap:
    """Exact contributions, for a model of boosters whose margins add up."""

    def __init__(self, fitted: FittedRecipe, names: Sequence[str]) -> None:
        self._fitted, self._names = fitted, tuple(names)
        shares = {name: shares_by_source(view, self._names) for name, view in fitted.views.items()}
        self._tree_shap = TreeShap(fitted, shares)

    @staticmethod
    def refusal(fitted: FittedRecipe) -> str | None:
        """Say why the contributions by the paths of a model are not exact; None if they are."""
        return refusal(fitted) or approximation(fitted)

    def explain(self, values: Sequence[Any], predicted: int) -> Explanation:
        """Explain one instance; of more than two classes, the score of the predicted one."""
        row = dict(zip(self._names, values, strict=True))
        features = {
            name: np.array([view.transform_row(row)]) for name, view in self._fitted.views.items()
        }
        found, base = self._tree_shap.values(features)
        output = predicted if self._fitted.recipe.n_classes > 2 else 0
        of_row, start = found[0, :, output], float(base[output])
        contributions = dict(zip(self._names, of_row.tolist(), strict=True))
        total = start + float(of_row.sum())
        return Explanation(contributions, start, total, self._unit(output), True)

    def _unit(self, output: int) -> str:
        recipe = self._fitted.recipe
        if recipe.n_classes == 0:
            return "value"
        if recipe.n_classes == 2:
            return f"log-odds of {recipe.classes[1]}"
        return f"score of {recipe.classes[output]}"


class RowSamplingShap:
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
        if self._recipe.n_classes == 0:
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
