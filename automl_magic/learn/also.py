"""The metrics that a leaderboard shows beside the one that trials compete by."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from automl_magic.tasks import metrics
from automl_magic.tasks.families import family_for

if TYPE_CHECKING:
    from automl_magic.learn.task import Task


def also_measured(task: Task, y: Any, predicted: Any, threshold: float) -> dict[str, float]:
    """Return the scores of the metrics that the task's family wants shown, by name.

    Parameters
    ----------
    y, predicted : arrays, shape (n,); (n,) or (n, n_classes)
        What is true of some rows, and what was predicted for them.
    """
    names = family_for(task.kind).also_measured(task.kind)
    found = {name: metrics.score(name, y, predicted, threshold=threshold) for name in names}
    return {name: score for name, score in found.items() if math.isfinite(score)}
