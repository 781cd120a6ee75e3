"""linear: logistic regression, or ridge regression. Views must not contain NaN."""

# ruff: noqa: ARG002 - every member has the signatures of Member

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.arrays import softmax
from automl_magic.recipe.members.common.base import FittedEstimator
from automl_magic.recipe.members.common.scikit import ScikitMember
from automl_magic.recipe.members.common.space import Range
from automl_magic.recipe.values import MAX_MAGNITUDE
from automl_magic.records import TaskKind

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


class Linear(ScikitMember):
    """`LogisticRegression` (lbfgs, L2) and `Ridge`, for scaled matrices without NaN."""

    name: ClassVar[str] = "linear"
    is_random: ClassVar[bool] = False
    library: ClassVar[str] = "sklearn.linear_model"
    space: ClassVar[Mapping[str, Range]] = {
        "C": Range(0.003, 30.0, log=True),
        "alpha": Range(0.01, 300.0, log=True),
    }

    def estimator(self, task: TaskKind) -> type[BaseEstimator]:
        from sklearn.linear_model import LogisticRegression, Ridge

        return LogisticRegression if task.has_classes else Ridge

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, object]:
        if task.has_classes:
            return {"solver": "lbfgs", "max_iter": 1000, **spec.params}
        return dict(spec.params)

    def predict_row(self, model: FittedEstimator, row: Sequence[float]) -> float | list[float]:
        # Skip scikit-learn's checks, which take longer than the product.
        native = model.native
        values = np.minimum(np.maximum(row, -MAX_MAGNITUDE), MAX_MAGNITUDE)
        if not model.task.has_classes:
            return float(native.coef_ @ values + native.intercept_)
        scores = native.coef_ @ values + native.intercept_
        if len(scores) < len(native.classes_):  # binary: one score
            scores = np.array([0.0, scores[0]])
        probabilities = [0.0] * model.n_classes
        for label, share in zip(native.classes_.tolist(), softmax(scores).tolist(), strict=True):
            probabilities[label] = share
        return probabilities


MEMBER = Linear()
