"""The metrics that a leaderboard shows in addition to the one that ranks trials."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from automl_magic.recipe.values import Array, Floats
from automl_magic.tasks import metrics
from automl_magic.tasks.families import family_for

if TYPE_CHECKING:
    from automl_magic.learn.task import Task


def score_extra_metrics(
    task: Task, y: Array, predicted: Floats, threshold: float
) -> dict[str, float]:
    """Return the finite scores of the task family's extra metrics, by name.

    Parameters
    ----------
    y : array, shape (n,)
        Class codes or values.
    predicted : array, shape (n,) or (n, n_classes)
        Predicted values or probabilities.
    threshold : float
        Minimum probability of the second class.
    """
    names = family_for(task.kind).extra_metrics(task.kind)
    scores = {name: metrics.score(name, y, predicted, threshold=threshold) for name in names}
    return {name: score for name, score in scores.items() if math.isfinite(score)}
