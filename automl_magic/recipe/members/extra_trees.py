"""extra_trees: a forest with random split thresholds, each tree grown on all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from automl_magic.recipe.members.common.forest import Forest
from automl_magic.records import TaskKind

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


class ExtraTrees(Forest):
    """`ExtraTreesClassifier` and `ExtraTreesRegressor`."""

    name: ClassVar[str] = "extra_trees"
    round_cost: ClassVar[float] = 8.0

    def estimator(self, task: TaskKind) -> type[BaseEstimator]:
        from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

        return ExtraTreesClassifier if task.has_classes else ExtraTreesRegressor


MEMBER = ExtraTrees()
