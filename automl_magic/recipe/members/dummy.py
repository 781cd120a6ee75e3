"""dummy: the baseline without any column: the class frequencies, or the mean."""

# ruff: noqa: ARG002 - every member has the signatures of Member

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.base import FittedEstimator
from automl_magic.recipe.members.common.scikit import ScikitMember
from automl_magic.records import TaskKind

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


class Dummy(ScikitMember):
    """`DummyClassifier` (prior) and `DummyRegressor` (mean): the baseline."""

    name: ClassVar[str] = "dummy"
    is_random: ClassVar[bool] = False
    library: ClassVar[str] = "sklearn.dummy"

    def estimator(self, task: TaskKind) -> type[BaseEstimator]:
        from sklearn.dummy import DummyClassifier, DummyRegressor

        return DummyClassifier if task.has_classes else DummyRegressor

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, object]:
        return {"strategy": "prior" if task.has_classes else "mean", **spec.params}

    def predict_row(self, model: FittedEstimator, row: Sequence[float]) -> float | list[float]:
        # Skip scikit-learn's checks of a row that isn't used.
        native = model.native
        if not model.task.has_classes:
            return float(native.constant_.item())
        if native.strategy != "prior":
            return super().predict_row(model, row)
        probabilities = [0.0] * model.n_classes
        for label, share in zip(
            native.classes_.tolist(), native.class_prior_.tolist(), strict=True
        ):
            probabilities[label] = share
        return probabilities


MEMBER = Dummy()
