"""refit: fit the recipe on all rows to get the final model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_magic.learn.blas import one_blas_thread
from automl_magic.recipe import fit_recipe

if TYPE_CHECKING:
    from automl_magic.learn.task import Task
    from automl_magic.recipe import FittedRecipe, Recipe


def refit(recipe: Recipe, task: Task) -> FittedRecipe:
    """Fit the recipe on all rows that have a target, including the holdout, and stop the clock.

    Parameters
    ----------
    recipe : Recipe
    task : Task

    Returns
    -------
    FittedRecipe
    """
    with one_blas_thread():
        model = fit_recipe(recipe, task.frame, n_jobs=max(1, task.threads // recipe.threads))
    if task.budget is not None:
        task.budget.end()
    return model
