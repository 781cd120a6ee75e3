"""extra_trees: a forest with random split thresholds, each tree grown on all rows."""

from __future__ import annotations

from typing import Any, ClassVar

from automl_magic.recipe.members.common.forest import Forest
from automl_magic.records import TaskKind


class ExtraTrees(Forest):
    """`ExtraTreesClassifier` and `ExtraTreesRegressor`."""

    name: ClassVar[str] = "extra_trees"
    round_cost: ClassVar[float] = 8.0

    def estimator(self, task: TaskKind) -> type[Any]:
        from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

        return ExtraTreesClassifier if task.has_classes else ExtraTreesRegressor


MEMBER = ExtraTrees()
