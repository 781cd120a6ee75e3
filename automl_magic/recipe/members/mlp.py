"""mlp: a small scikit-learn neural network, for scaled views without NaN."""

# ruff: noqa: ARG002 - every member has the signatures of Member

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.arrays import softmax
from automl_magic.recipe.members.common.base import FittedEstimator, WeightedRows
from automl_magic.recipe.members.common.epochs import EpochMember, Training
from automl_magic.recipe.members.common.scikit import ScikitMember
from automl_magic.recipe.values import Floats
from automl_magic.records import TaskKind

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

# Outliers would dominate the network, so inputs are clipped.
CLIP_LIMIT = 5.0


class MLP(EpochMember, ScikitMember):
    """`MLPClassifier` and `MLPRegressor`, fitted by `partial_fit`, which is one epoch.

    Their own early stopping isn't used: it holds out random rows, without regard to groups or time.
    """

    name: ClassVar[str] = "mlp"
    library: ClassVar[str] = "sklearn.neural_network"

    def estimator(self, task: TaskKind) -> type[BaseEstimator]:
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        return MLPClassifier if task.has_classes else MLPRegressor

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, object]:
        arguments: dict[str, object] = {
            "hidden_layer_sizes": [128, 128],
            "max_iter": 60,
            **spec.params,
            "random_state": spec.seeds[0],
        }
        return arguments | ({"max_iter": spec.n_iterations} if spec.n_iterations else {})

    def n_epochs(self, arguments: Mapping[str, Any]) -> int:
        return int(arguments["max_iter"])

    def start_training(self, arguments: dict[str, object], rows: WeightedRows) -> Training:
        return _Training(self.estimator(rows.task), arguments, rows)

    def predict(self, model: FittedEstimator, X: Floats) -> Floats:
        return super().predict(model, np.clip(X, -CLIP_LIMIT, CLIP_LIMIT))

    def predict_row(self, model: FittedEstimator, row: Sequence[float]) -> float | list[float]:
        # Skip scikit-learn's checks, which take longer than the network.
        values = np.clip(np.asarray(row), -CLIP_LIMIT, CLIP_LIMIT)
        *hidden, last = zip(model.native.coefs_, model.native.intercepts_, strict=True)
        for weights, bias in hidden:
            values = np.maximum(values @ weights + bias, 0.0)
        values = values @ last[0] + last[1]
        if not model.task.has_classes:
            return float(values[0])
        if len(values) < len(model.native.classes_):  # binary: one score
            values = np.array([0.0, values[0]])
        probabilities = np.zeros(model.n_classes)
        probabilities[model.native.classes_] = softmax(values)
        result: list[float] = probabilities.tolist()
        return result


class _Training(Training):
    def __init__(
        self, estimator: type[BaseEstimator], arguments: Mapping[str, Any], rows: WeightedRows
    ) -> None:
        # One generator for all epochs: with a seed, each epoch would be shuffled the same way.
        random = np.random.RandomState(arguments["random_state"])
        self._network = estimator(**{**arguments, "random_state": random})
        self._X = np.clip(rows.X, -CLIP_LIMIT, CLIP_LIMIT)
        self._y, self._mean, self._spread = rows.y, 0.0, 1.0
        self._fit_kwargs: dict[str, object] = {"sample_weight": rows.weight}
        if rows.task.has_classes:
            self._fit_kwargs["classes"] = np.unique(rows.y)
        else:
            self._mean, self._spread = float(rows.y.mean()), float(rows.y.std()) or 1.0
            self._y = (rows.y - self._mean) / self._spread

    def epoch(self) -> None:
        self._network.partial_fit(self._X, self._y, **self._fit_kwargs)

    def fitted(self) -> BaseEstimator:
        network = copy.copy(self._network)
        # Drop the optimizer state, which is twice the size of the network.
        network.random_state = network._random_state = network._optimizer = None
        *before, last = network.coefs_
        *biases, bias = network.intercepts_
        # Rescale the last layer to the target's unit.
        network.coefs_ = [*before, last * self._spread]
        network.intercepts_ = [*biases, bias * self._spread + self._mean]
        return network


MEMBER = MLP()
