"""small_tree: one decision tree. The toy of `test_one_file`: this file is the estimator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from automl_magic.recipe.document import MemberSpec
from automl_magic.recipe.members.common.scikit import ScikitMember
from automl_magic.recipe.members.common.space import Range
from automl_magic.records import TaskKind


class SmallTree(ScikitMember):
    """`DecisionTreeRegressor` and `DecisionTreeClassifier`."""

    name: ClassVar[str] = "small_tree"
    is_random: ClassVar[bool] = False
    library: ClassVar[str] = "sklearn.tree"
    space: ClassVar[Mapping[str, Range]] = {"min_samples_leaf": Range(1, 60, 20, integer=True)}
    trusted_types: ClassVar[tuple[str, ...]] = ("sklearn.tree._tree.Tree",)

    def estimator(self, task: TaskKind) -> type[Any]:
        from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

        return DecisionTreeClassifier if task.has_classes else DecisionTreeRegressor

    def call_arguments(
        self, spec: MemberSpec, task: TaskKind, n_classes: int, threads: int
    ) -> dict[str, Any]:
        return {"max_depth": 4, "random_state": 0, **spec.params}

    def template_piece(self, task: TaskKind) -> str:
        return "small_tree.py"


MEMBER = SmallTree()
