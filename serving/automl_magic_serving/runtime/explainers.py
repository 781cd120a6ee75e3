"""Contributions of the columns of an instance to its prediction.

If every member is a boosted tree model and the members combine linearly in their margins, the
libraries' TreeSHAP is exact, in the unit of the margin. Otherwise the columns of the instance are
inserted one by one, in random order, into background rows, and the changes of the prediction are
averaged: Shapley values by permutation sampling (Castro et al., "Polynomial calculation of the
Shapley value based on sampling", 2009), each order with its reverse (Mitchell et al., "Sampling
permutations for Shapley value estimation", 2022). In both cases the contributions sum to the
prediction minus the base.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from automl_magic.recipe import FittedRecipe
from automl_magic.recipe.attribution import (
    TreeShap,
    shap_approximation_reason,
    shap_unsupported_reason,
    shares_by_source,
)
from automl_magic.recipe.values import Floats

MIN_PAIRS, MAX_PAIRS = 8, 128
BUDGET_S = 0.1
PAIRS_PER_BATCH = 4


@dataclass(frozen=True)
class RowExplanation:
    """The contributions of the columns, which add up with `base` to `total`.

    `unit` is `value`, `log-odds of LABEL`, `score of LABEL` or `probability of LABEL`. `exact` is
    False if the contributions are estimated from samples; their sum is exact anyway.
    """

    contributions: dict[str, float]
    base: float
    total: float
    unit: str
    exact: bool


class RowTreeShap:
    """Exact contributions for boosted trees whose margins add up."""

    def __init__(self, fitted: FittedRecipe, names: Sequence[str]) -> None:
        self._fitted, self._names = fitted, tuple(names)
        shares = {name: shares_by_source(view, self._names) for name, view in fitted.views.items()}
        self._tree_shap = TreeShap(fitted, shares)

    @staticmethod
    def refusal(fitted: FittedRecipe) -> str | None:
        """Return why TreeSHAP isn't exact for a model; None if it is."""
        return shap_unsupported_reason(fitted) or shap_approximation_reason(fitted)

    def explain(self, values: Sequence[object], predicted_class: int) -> RowExplanation:
        """Explain one instance: for more than two classes, the score of the predicted class."""
        row = dict(zip(self._names, values, strict=True))
        features = {
            name: np.array([view.transform_row(row)]) for name, view in self._fitted.views.items()
        }
        shap_values, base = self._tree_shap.values(features)
        output = predicted_class if self._fitted.recipe.n_classes > 2 else 0
        row_values, base_value = shap_values[0, :, output], float(base[output])
        contributions = dict(zip(self._names, row_values.tolist(), strict=True))
        total = base_value + float(row_values.sum())
        return RowExplanation(contributions, base_value, total, self._unit(output), True)

    def _unit(self, class_index: int) -> str:
        recipe = self._fitted.recipe
        if recipe.n_classes == 0:
            return "value"
        if recipe.n_classes == 2:
            return f"log-odds of {recipe.classes[1]}"
        return f"score of {recipe.classes[class_index]}"


class RowSamplingShap:
    """Estimated contributions for any model.

    Parameters
    ----------
    predict : callable
        Maps n rows to values of shape (n,) or probabilities of shape (n, k).
    seconds : callable
        Estimated time in seconds to predict a number of rows.
    background : sequence of rows of values
    """

    def __init__(
        self,
        fitted: FittedRecipe,
        names: Sequence[str],
        predict: Callable[[Sequence[Sequence[object]]], Floats],
        seconds: Callable[[int], float],
        background: Sequence[Sequence[object]],
    ) -> None:
        self._recipe, self._names, self._predict = fitted.recipe, tuple(names), predict
        self._background = background
        n_rows = 2 * PAIRS_PER_BATCH * (len(self._names) + 1)
        affordable = int(PAIRS_PER_BATCH * BUDGET_S / max(1e-9, seconds(n_rows)))
        self.n_pairs = min(MAX_PAIRS, max(MIN_PAIRS, affordable))

    def explain(self, values: Sequence[object], predicted_class: int) -> RowExplanation:
        """Explain one instance: the probability of class 2 of two, or of the predicted class.

        The result is deterministic as long as the model is loaded.
        """
        rng = random.Random(0)  # noqa: S311 - column orders, not secrets
        n_columns = len(self._names)
        shap_values, bases, total = np.zeros(n_columns), 0.0, 0.0
        for start in range(0, self.n_pairs, PAIRS_PER_BATCH):
            orders, rows = [], []
            for index in range(start, min(start + PAIRS_PER_BATCH, self.n_pairs)):
                background_row = self._background[index % len(self._background)]
                order = rng.sample(range(n_columns), n_columns)
                for direction in (order, order[::-1]):
                    orders.append(direction)
                    rows += _path(values, background_row, direction)
            outputs = self._output(self._predict(rows), predicted_class).reshape(
                len(orders), n_columns + 1
            )
            for order, path_outputs in zip(orders, outputs, strict=True):
                shap_values[order] += np.diff(path_outputs)
            bases += float(outputs[:, 0].sum())
            total = float(outputs[0, -1])
        shap_values /= 2 * self.n_pairs
        base = bases / (2 * self.n_pairs)
        contributions = dict(zip(self._names, shap_values.tolist(), strict=True))
        return RowExplanation(contributions, base, total, self._unit(predicted_class), False)

    def _output(self, predictions: Floats, predicted_class: int) -> Floats:
        if predictions.ndim == 1:
            return predictions
        return predictions[:, 1 if self._recipe.n_classes == 2 else predicted_class]

    def _unit(self, predicted_class: int) -> str:
        if self._recipe.n_classes == 0:
            return "value"
        label = self._recipe.classes[1 if self._recipe.n_classes == 2 else predicted_class]
        return f"probability of {label}"


def _path(
    values: Sequence[object], background_row: Sequence[object], order: Sequence[int]
) -> list[list[object]]:
    """Return the rows from `background_row` to `values`, changed one column at a time."""
    row = list(background_row)
    rows = [list(row)]
    for index in order:
        row[index] = values[index]
        rows.append(list(row))
    return rows
