"""extra_trees: a forest with random thresholds, each tree grown on all rows."""

from __future__ import annotations

from typing import Any, ClassVar

from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from automl_magic.recipe.members.forest import Forest
from automl_magic.records import TaskKind


class ExtraTrees(Forest):
    """`ExtraTreesClassifier` and `ExtraTreesRegressor`."""

    name: ClassVar[str] = "extra_trees"

    def estimator(self, task: TaskKind) -> type[Any]:
        return ExtraTreesClassifier if task.has_classes else ExtraTreesRegressor


MEMBER = ExtraTrees()
