"""mlp: a small neural network of scikit-learn; for views without gaps, in similar scales."""

# ruff: noqa: ARG002 - every member has the signatures of Member

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.arrays import softmax
from automl_magic.recipe.members.common.base import Model, Rows
from automl_magic.recipe.members.common.epochs import EpochMember, Training
from automl_magic.recipe.members.common.scikit import ScikitMember
from automl_magic.recipe.values import Floats
from automl_magic.records import TaskKind

# A value far away from all others would draw the whole network to its row.
FURTHEST = 5.0


class MLP(EpochMember, ScikitMember):
    """`MLPClassifier` and `MLPRegressor`, fitted by `partial_fit`, which is one epoch.

    Their own early stopping is left aside: the rows that it would hold back are drawn at random,
    whatever the groups and the times of the table are.
    """

    name: ClassVar[str] = "mlp"
    library: ClassVar[str] = "sklearn.neural_network"

    def estimator(self, task: TaskKind) -> type[Any]:
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        return MLPClassifier if task.has_classes else MLPRegressor

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, Any]:
        arguments = {
            "hidden_layer_sizes": [128, 128],
            "max_iter": 60,
            **spec.params,
            "random_state": spec.seeds[0],
        }
        return arguments | ({"max_iter": spec.n_iterations} if spec.n_iterations else {})

    def n_epochs(self, arguments: Mapping[str, Any]) -> int:
        return int(arguments["max_iter"])

    def begin(self, arguments: dict[str, Any], rows: Rows) -> Training:
        return _Training(self.estimator(rows.task), arguments, rows)

    def predict(self, model: Model, X: Floats) -> Floats:
        return super().predict(model, np.clip(X, -FURTHEST, FURTHEST))

    def predict_row(self, model: Model, row: Sequence[float]) -> float | list[float]:
        # Without scikit-learn's checks, which take longer than the network.
        values = np.clip(np.asarray(row), -FURTHEST, FURTHEST)
        *hidden, last = zip(model.native.coefs_, model.native.intercepts_, strict=True)
        for weights, bias in hidden:
            values = np.maximum(values @ weights + bias, 0.0)
        values = values @ last[0] + last[1]
        if not model.task.has_classes:
            return float(values[0])
        if len(values) < len(model.native.classes_):  # one score for two classes
            values = np.array([0.0, values[0]])
        probabilities = np.zeros(model.n_classes)
        probabilities[model.native.classes_] = softmax(values)
        result: list[float] = probabilities.tolist()
        return result


class _Training(Training):
    def __init__(self, estimator: type[Any], arguments: dict[str, Any], rows: Rows) -> None:
        # A generator that goes on from epoch to epoch: a seed would shuffle each one alike.
        random = np.random.RandomState(arguments["random_state"])
        self._network = estimator(**{**arguments, "random_state": random})
        self._X = np.clip(rows.X, -FURTHEST, FURTHEST)
        self._y, self._mean, self._spread = rows.y, 0.0, 1.0
        self._fit_kwargs: dict[str, Any] = {"sample_weight": rows.weight}
        if rows.task.has_classes:
            self._fit_kwargs["classes"] = np.unique(rows.y)
        else:
            self._mean, self._spread = float(rows.y.mean()), float(rows.y.std()) or 1.0
            self._y = (rows.y - self._mean) / self._spread

    def epoch(self) -> None:
        self._network.partial_fit(self._X, self._y, **self._fit_kwargs)

    def fitted(self) -> Any:
        network = copy.copy(self._network)
        # What is needed to learn on is not kept: it is twice the size of the network.
        network.random_state = network._random_state = network._optimizer = None
        *before, last = network.coefs_
        *biases, bias = network.intercepts_
        # The last layer answers in the target's own unit.
        network.coefs_ = [*before, last * self._spread]
        network.intercepts_ = [*biases, bias * self._spread + self._mean]
        return network


MEMBER = MLP()
