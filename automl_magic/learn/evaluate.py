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
        score, rows = self.score, f"on {self.score.rows:,} holdout rows"
        if score.score is None:
            return f"{score.metric} is undefined {rows}, because {score.undefined}."
        interval = ""
        if score.low is not None and score.high is not None:
            interval = f" (95%: {format_score(score.low)} to {format_score(score.high)})"
        return f"{score.metric} {format_score(score.score)}{interval} {rows}, scored once"


def evaluate_once(recipe: Recipe, task: Task, split: SplitRows) -> Holdout:
    """Fit the recipe on the development rows, and score it on the holdout with a 95% interval.

    If the metric is undefined on the holdout, the score says why instead.

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
    score = metrics.make_score(
        recipe.metric, y, predicted, threshold=fitted.threshold, seed=task.seed
    )
    arrays = {"rows": split.holdout, "y": y, "predicted": predicted, "fit_s": np.array(fit_s)}
    return Holdout(score, len(split.holdout_uses), arrays)


def _predict(fitted: FittedRecipe, task: Task, split: SplitRows) -> Array:
    held_out = task.frame.iloc[split.holdout]
    if task.kind.has_classes:
        return fitted.predict_proba(held_out)
    return fitted.predict(held_out)
