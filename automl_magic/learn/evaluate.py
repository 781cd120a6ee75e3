"""evaluate_once: score the recipe on the holdout, only once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from automl_magic.display.numbers import format_score
from automl_magic.errors import RunError
from automl_magic.learn.blas import one_blas_thread
from automl_magic.recipe import fit_recipe
from automl_magic.recipe.values import Array
from automl_magic.records import Score
from automl_magic.tasks import metrics

if TYPE_CHECKING:
    from automl_magic.learn.split import SplitRows
    from automl_magic.learn.task import Task
    from automl_magic.recipe import FittedRecipe, Recipe


@dataclass(frozen=True, repr=False)
class Holdout:
    """The score on the holdout, or None without one. `uses` counts how often it was scored.

    `predictions` has the arrays behind the score: `rows` (positions in the task's rows), `y`,
    `predicted` of shape (n,) or (n, n_classes), and `fit_s`, the seconds of the fit on the
    development rows.
    """

    score: Score | None
    uses: int
    predictions: Mapping[str, Array] = field(default_factory=dict)

    def __repr__(self) -> str:
        if self.score is None:
            return "No holdout: the only score is out of fold."
        interval = ""
        if self.score.low is not None and self.score.high is not None:
            interval = f" (95%: {format_score(self.score.low)} to {format_score(self.score.high)})"
        return (
            f"{self.score.metric} {format_score(self.score.score)}{interval} "
            f"on {self.score.rows:,} holdout rows, scored once"
        )


def evaluate_once(recipe: Recipe, task: Task, split: SplitRows) -> Holdout:
    """Fit the recipe on the development rows, and score it on the holdout with a 95% interval.

    Parameters
    ----------
    recipe : Recipe
    task : Task
    split : SplitRows

    Returns
    -------
    Holdout

    Raises
    ------
    RunError
        If the holdout of this split was already used.
    """
    if len(split.holdout) == 0:
        return Holdout(None, 0)
    if split.holdout_uses:
        raise RunError(
            "The holdout was already used.",
            why=f"It scored a recipe ({split.holdout_uses[0][:19]}…). A second use would turn it "
            "into a validation set.",
            fix="Rerun the notebook from its first cell.",
        )
    split.holdout_uses.append(recipe.digest())
    started = time.perf_counter()
    with one_blas_thread():
        fitted = fit_recipe(
            recipe,
            task.frame,
            rows=split.development,
            n_jobs=max(1, task.threads // recipe.threads),
        )
        fit_s = time.perf_counter() - started
        y, predicted = task.y[split.holdout], _predict(fitted, task, split)
    name = recipe.metric
    score = metrics.score(name, y, predicted, threshold=fitted.threshold)
    low, high = metrics.interval(name, y, predicted, threshold=fitted.threshold, seed=task.seed)
    arrays = {"rows": split.holdout, "y": y, "predicted": predicted, "fit_s": np.array(fit_s)}
    return Holdout(
        Score(metric=name, score=score, rows=len(y), low=low, high=high),
        len(split.holdout_uses),
        arrays,
    )


def _predict(fitted: FittedRecipe, task: Task, split: SplitRows) -> Array:
    held_out = task.frame.iloc[split.holdout]
    if task.kind.has_classes:
        return fitted.predict_proba(held_out)
    return fitted.predict(held_out)
