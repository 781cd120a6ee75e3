"""Members fitted epoch by epoch (networks), with the validation loss after each epoch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.base import (
    FittedEstimator,
    Member,
    WeightedRows,
    weighted_rows,
)
from automl_magic.recipe.members.common.incremental_fit import Fold, IncrementalFit
from automl_magic.recipe.values import Array, Floats
from automl_magic.records import TaskKind

MIN_PROBABILITY = 1e-15


class Training(ABC):
    """A network during fitting."""

    @abstractmethod
    def epoch(self) -> None:
        """Train on every row once."""

    @abstractmethod
    def fitted(self) -> object:
        """Return the network after the epochs so far, valid until the next epoch."""


class EpochMember(Member):
    """A member whose rounds are epochs."""

    has_iterations: ClassVar[bool] = True
    counts_epochs: ClassVar[bool] = True

    @abstractmethod
    def start_training(self, arguments: dict[str, object], rows: WeightedRows) -> Training:
        """Return a fit before its first epoch."""

    @abstractmethod
    def n_epochs(self, arguments: Mapping[str, object]) -> int:
        """Return the number of epochs set by the arguments."""

    def _fit(
        self, arguments: dict[str, object], rows: WeightedRows, categorical: tuple[int, ...]
    ) -> object:
        del categorical  # networks treat every column as a number
        training = self.start_training(arguments, rows)
        for _ in range(self.n_epochs(arguments)):
            training.epoch()
        return training.fitted()

    def grow(
        self,
        params: Mapping[str, object],
        fold: Fold,
        *,
        task: TaskKind,
        n_classes: int,
        max_rounds: int,
        class_weight: bool = False,
        seed: int = 0,
    ) -> IncrementalFit:
        spec = self._spec(params, None, seed)
        arguments = self.call_arguments(spec, task, n_classes, threads=1)
        training = self.start_training(arguments, weighted_rows(fold.X, fold.y, task, class_weight))
        valid = weighted_rows(fold.X_valid, fold.y_valid, task, class_weight)

        def predict() -> Floats:
            return self.predict(FittedEstimator(training.fitted(), task, n_classes), valid.X)

        n_rounds = min(max_rounds, self.n_epochs(arguments))
        return _Growth(training.epoch, predict, valid, n_rounds)

    def slots(
        self,
        spec: MemberSpec,
        task: TaskKind,
        n_classes: int,
        threads: int,
        *,
        class_weight: bool,
        categorical: Sequence[int],
    ) -> dict[str, object]:
        slots = super().slots(
            spec, task, n_classes, threads, class_weight=class_weight, categorical=categorical
        )
        del slots["categorical"]
        return slots | ({"n_classes": n_classes} if task.has_classes else {})


class _Growth(IncrementalFit):
    def __init__(
        self,
        epoch: Callable[[], None],
        predict: Callable[[], Floats],
        valid: WeightedRows,
        max_rounds: int,
    ) -> None:
        self._epoch, self._predict, self._valid, self._max_rounds = (
            epoch,
            predict,
            valid,
            max_rounds,
        )
        # Each epoch overwrites the weights, so the predictions after each epoch are stored.
        self._predicted: list[Floats] = []

    def grow(self, rounds: int) -> list[float]:
        losses = []
        for _ in range(min(rounds, self._max_rounds - self.n_rounds)):
            self._epoch()
            self._predicted.append(self._predict())
            losses.append(mean_loss(self._valid, self._predicted[-1]))
            self.n_rounds += 1
        self.finished = self.n_rounds >= self._max_rounds
        return losses

    def predict(self, rounds: int) -> Floats:
        return self._predicted[rounds - 1]

    def close(self) -> None:
        del self._epoch, self._predict, self._predicted


def mean_loss(rows: WeightedRows, predicted: Floats) -> float:
    """Return the mean log loss, or the mean squared error, of predictions."""
    if not rows.task.has_classes:
        return float(np.mean((rows.y - predicted) ** 2))
    own: Array = predicted[np.arange(len(rows.y)), rows.y]
    return float(np.average(-np.log(np.maximum(own, MIN_PROBABILITY)), weights=rows.weight))
