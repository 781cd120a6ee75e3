"""Forests: grown in batches of trees, with predictions in one thread."""

# ruff: noqa: ARG002 - every member has the signatures of Member

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.base import FittedEstimator, WeightedRows, weighted_rows
from automl_magic.recipe.members.common.incremental_fit import Fold, IncrementalFit
from automl_magic.recipe.members.common.scikit import ScikitMember
from automl_magic.recipe.members.common.space import Range
from automl_magic.recipe.values import MAX_MAGNITUDE, Floats
from automl_magic.records import TaskKind

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

# Bytes per tree node, and per output of a node.
NODE_BYTES, OUTPUT_BYTES = 64, 8


class Forest(ScikitMember):
    """A scikit-learn forest."""

    library: ClassVar[str] = "sklearn.ensemble"
    space: ClassVar[Mapping[str, Range]] = {
        "min_samples_leaf": Range(1, 8, 1, log=True, integer=True),
        "max_features": Range(0.2, 1.0, 0.3),
    }
    # The first trees improve the score most.
    resumable: ClassVar[bool] = False
    time_share: ClassVar[float] = 0.15
    tree_format: ClassVar[str] = "forest"
    trusted_types: ClassVar[tuple[str, ...]] = ("sklearn.tree._tree.Tree",)

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, object]:
        arguments = {
            "n_estimators": 200,
            **spec.params,
            "random_state": spec.seeds[0],
            "n_jobs": threads,
        }
        return arguments | ({"n_estimators": spec.n_iterations} if spec.n_iterations else {})

    def model_bytes(self, params: Mapping[str, Any], rows: int, n_classes: int) -> int:
        leaves = min(rows, int(params.get("max_leaf_nodes") or rows))
        node = NODE_BYTES + OUTPUT_BYTES * max(1, n_classes)
        return int(params.get("n_estimators", 100)) * 2 * leaves * node

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
        del max_rounds  # its number of trees is a parameter
        spec = self._spec(params, None, seed)
        arguments: dict[str, Any] = self.call_arguments(spec, task, n_classes, threads=1)
        rows = weighted_rows(fold.X, fold.y, task, class_weight)
        forest = self.estimator(task)(**{**arguments, "warm_start": True, "n_estimators": 0})
        return _Growth(
            self, forest, arguments["n_estimators"], rows=rows, fold=fold, n_classes=n_classes
        )

    def predict(self, model: FittedEstimator, X: Floats) -> Floats:
        # Same as the forest's own method in one thread, without the checks and scheduling per
        # tree, which take seven times as long as the trees for one row.
        rows = np.clip(X, -MAX_MAGNITUDE, MAX_MAGNITUDE).astype(np.float32)
        trees = model.native.estimators_
        total = trees[0].tree_.predict(rows)
        for tree in trees[1:]:
            total += tree.tree_.predict(rows)
        total /= len(trees)
        if not model.task.has_classes:
            return total[:, 0]
        # A rare class may be absent from a fold, so the estimator has fewer columns.
        probabilities = np.zeros((len(X), model.n_classes))
        probabilities[:, model.native.classes_] = total
        return probabilities

    def _fit(
        self, arguments: dict[str, object], rows: WeightedRows, categorical: tuple[int, ...]
    ) -> object:
        native: Any = super()._fit(arguments, rows, categorical)
        # Threads sum the trees in any order, which changes the last bits.
        return native.set_params(n_jobs=1)


class _Growth(IncrementalFit):
    """A forest that grows tree by tree, without early stopping: more trees are never worse."""

    def __init__(
        self,
        member: Forest,
        forest: BaseEstimator,
        max_rounds: int,
        *,
        rows: WeightedRows,
        fold: Fold,
        n_classes: int,
    ) -> None:
        self._member, self._forest, self._max_rounds = member, forest, max_rounds
        self._rows, self._fold, self._n_classes = rows, fold, n_classes

    def grow(self, rounds: int) -> list[float]:
        self.n_rounds = min(self._max_rounds, self.n_rounds + rounds)
        self._forest.set_params(n_estimators=self.n_rounds)
        self._forest.fit(self._rows.X, self._rows.y, sample_weight=self._rows.weight)
        self.finished = self.n_rounds >= self._max_rounds
        return []

    def predict(self, rounds: int) -> Floats:
        trees = self._forest.estimators_
        self._forest.estimators_ = trees[:rounds]
        model = FittedEstimator(self._forest, self._rows.task, self._n_classes)
        predicted = self._member.predict(model, self._fold.X_valid)
        self._forest.estimators_ = trees
        return predicted

    def close(self) -> None:
        del self._forest
