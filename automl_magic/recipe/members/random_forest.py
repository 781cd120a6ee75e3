"""random_forest: a forest of greedy trees, each grown on a bootstrap of the rows."""

from __future__ import annotations

from typing import Any, ClassVar

from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from automl_magic.recipe.members.forest import Forest
from automl_magic.records import TaskKind


class RandomForest(Forest):
    """`RandomForestClassifier` and `RandomForestRegressor`."""

    name: ClassVar[str] = "random_forest"

    def estimator(self, task: TaskKind) -> type[Any]:
        return RandomForestClassifier if task.has_classes else RandomForestRegressor


MEMBER = RandomForest()
