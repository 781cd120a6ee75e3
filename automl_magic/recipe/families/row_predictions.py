"""row_predictions: turns the blend of a model into values, or labels with probabilities.

The blend of a row is a value, or the probability of each class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from automl_magic.recipe.families.output_spec import HasClasses, OutputSpec
from automl_magic.recipe.target import label_array
from automl_magic.recipe.values import Array, Floats

PREDICTION, PROBABILITY = "prediction", "probability_"
DEFAULT_THRESHOLD = 0.5


class RowPrediction(NamedTuple):
    """The label (as in JSON) or the value, and the probability of each class or None."""

    prediction: object
    probabilities: tuple[float, ...] | None


RowPredictor = Callable[[Any], RowPrediction]


def row_predictor(recipe: OutputSpec) -> RowPredictor:
    """Return the function from the blend of one row to its prediction, called for each request."""
    classes = recipe.classes
    if not recipe.task.has_classes:
        return _value
    if len(classes) != 2:

        def of_several(shares: list[float]) -> RowPrediction:
            return RowPrediction(classes[shares.index(max(shares))], tuple(shares))

        return of_several
    threshold = decision_threshold(recipe)

    def of_two(shares: list[float]) -> RowPrediction:
        return RowPrediction(classes[shares[1] >= threshold], tuple(shares))

    return of_two


def _value(blend: float) -> RowPrediction:
    return RowPrediction(blend, None)


def decision_threshold(recipe: OutputSpec) -> float:
    """Return the decision threshold: the lowest probability that predicts the positive class."""
    return DEFAULT_THRESHOLD if recipe.threshold is None else recipe.threshold


def predictions(recipe: OutputSpec, blend: Floats) -> Array:
    """Return the labels, or the values, of shape (n_rows,)."""
    if not recipe.task.has_classes:
        return blend
    labels = label_array(recipe.classes)
    if len(recipe.classes) == 2:
        return labels[(blend[:, 1] >= decision_threshold(recipe)).astype(np.intp)]
    return labels[blend.argmax(axis=1)]


def prediction_columns(of: HasClasses) -> tuple[str, ...]:
    """Return the columns of a prediction table: the prediction, then each class's probability."""
    return (PREDICTION, *(f"{PROBABILITY}{label}" for label in of.classes))


def to_columns(names: Sequence[str], predicted: Array, blend: Floats) -> dict[str, Array]:
    """Return the predictions for many rows by the names of `prediction_columns`, each "
    "of shape (n_rows,).
    """
    shares = blend.T if blend.ndim == 2 else ()
    return dict(zip(names, (predicted, *shares), strict=True))
