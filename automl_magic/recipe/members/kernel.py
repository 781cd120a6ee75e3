"""kernel: a linear model on RBF similarities to sampled rows. Views must not contain NaN."""

# ruff: noqa: ARG002 - every member has the signatures of Member

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.arrays import ArrayMember, Arrays, softmax
from automl_magic.recipe.members.common.base import FittedEstimator, WeightedRows
from automl_magic.recipe.values import Floats
from automl_magic.records import TaskKind

CLIP_LIMIT = 5.0
CHUNK_ROWS = 4096
# The ridge penalties to choose from, by leave-one-out cross-validation.
ALPHAS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


class KernelApproximation(ArrayMember):
    """scikit-learn's `Nystroem` (RBF) followed by `LogisticRegression` or `RidgeCV`.

    `gamma` is relative to 1 / (number of columns · variance of the matrix), which is
    `gamma="scale"` in scikit-learn's SVMs. After fitting, the two steps are merged into one
    product: the sampled rows and their weights.
    """

    name: ClassVar[str] = "kernel"
    required_arrays: ClassVar[tuple[str, ...]] = ("rows", "gamma", "weights", "bias", "classes")

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, object]:
        of_task: dict[str, object] = (
            {"gamma": 0.3, "C": 200.0}
            if task.has_classes
            else {"gamma": 0.1, "alphas": list(ALPHAS)}
        )
        return {"n_components": 500, **of_task, **spec.params, "random_state": spec.seeds[0]}

    def _fit(
        self, arguments: dict[str, Any], rows: WeightedRows, categorical: tuple[int, ...]
    ) -> Arrays:
        from sklearn.kernel_approximation import Nystroem
        from sklearn.linear_model import LogisticRegression, RidgeCV

        X = np.clip(rows.X, -CLIP_LIMIT, CLIP_LIMIT)
        gamma = arguments["gamma"] / (X.shape[1] * X.var() or 1.0)
        similarities = Nystroem(
            gamma=gamma,
            n_components=min(arguments["n_components"], len(X)),
            random_state=arguments["random_state"],
        )
        kernel = similarities.fit_transform(X)
        if rows.task.has_classes:
            linear = LogisticRegression(C=arguments["C"], max_iter=1000)
            linear.fit(kernel, rows.y, sample_weight=rows.weight)
            classes = linear.classes_
        else:
            linear = RidgeCV(arguments["alphas"]).fit(kernel, rows.y)
            classes = np.zeros(0, dtype=np.int64)
        return {
            "rows": similarities.components_,
            "gamma": np.array(gamma),
            "weights": similarities.normalization_.T @ np.atleast_2d(linear.coef_).T,
            "bias": np.atleast_1d(linear.intercept_),
            "classes": classes,
        }

    def predict(self, model: FittedEstimator, X: Floats) -> Floats:
        chunks = [X[start : start + CHUNK_ROWS] for start in range(0, len(X), CHUNK_ROWS)]
        return np.concatenate([self._predict(model, chunk) for chunk in chunks])

    def predict_row(self, model: FittedEstimator, row: Sequence[float]) -> float | list[float]:
        prediction: float | list[float] = self._predict(model, np.array([row]))[0].tolist()
        return prediction

    def _predict(self, model: FittedEstimator, X: Floats) -> Floats:
        arrays: Arrays = model.native
        X, rows = np.clip(X, -CLIP_LIMIT, CLIP_LIMIT), arrays["rows"]
        squared_distances = (X**2).sum(axis=1)[:, None] + (rows**2).sum(axis=1) - 2 * X @ rows.T
        scores = np.exp(-arrays["gamma"] * squared_distances) @ arrays["weights"] + arrays["bias"]
        if not model.task.has_classes:
            return np.asarray(scores[:, 0])
        classes = arrays["classes"]
        if scores.shape[1] < len(classes):  # binary: one score, of the positive class
            scores = np.column_stack([np.zeros(len(X)), scores])
        # A rare class may be absent from a fold.
        probabilities = np.zeros((len(X), model.n_classes))
        probabilities[:, classes] = softmax(scores)
        return probabilities


MEMBER = KernelApproximation()
