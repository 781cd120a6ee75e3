"""random_forest: a forest of greedy trees, each grown on a bootstrap sample of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from automl_magic.recipe.members.common.forest import Forest
from automl_magic.records import TaskKind

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


class RandomForest(Forest):
    """`RandomForestClassifier` and `RandomForestRegressor`."""

    name: ClassVar[str] = "random_forest"
    round_cost: ClassVar[float] = 15.0

    def estimator(self, task: TaskKind) -> type[BaseEstimator]:
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        return RandomForestClassifier if task.has_classes else RandomForestRegressor


MEMBER = RandomForest()
