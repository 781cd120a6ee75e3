"""A fitted member: one model per seed, whose predictions are averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.base import FittedEstimator, Member
from automl_magic.recipe.values import Floats


@dataclass(frozen=True)
class FittedMember:
    """A member of a recipe with its fitted models, in the order of its seeds."""

    spec: MemberSpec
    estimator: Member
    models: tuple[FittedEstimator, ...]

    def predict(self, X: Floats) -> Floats:
        """Return values of shape (n_rows,), or probabilities of shape (n_rows, n_classes)."""
        total = self.estimator.predict(self.models[0], X)
        for model in self.models[1:]:
            total = total + self.estimator.predict(model, X)
        return total / len(self.models)

    def predict_row(self, row: Sequence[float]) -> float | list[float]:
        """Return the prediction for one row: a value, or a list of one probability per class."""
        predictions = [self.estimator.predict_row(model, row) for model in self.models]
        n = len(predictions)
        if n == 1:
            return predictions[0]
        if isinstance(predictions[0], list):
            rows = [prediction for prediction in predictions if isinstance(prediction, list)]
            return [sum(of_class) / n for of_class in zip(*rows, strict=True)]
        return sum(prediction for prediction in predictions if not isinstance(prediction, list)) / n
