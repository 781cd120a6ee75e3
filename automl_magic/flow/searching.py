"""The engine alone: no notebook, no tracking, no run."""

from __future__ import annotations

import tempfile
import time as clock
from typing import TYPE_CHECKING, Any

from automl_magic.flow.cores import cores
from automl_magic.flow.planning import preview

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.recipe import FittedRecipe


def search(
    frame: pd.DataFrame,
    target: str,
    *,
    task: str | None = None,
    metric: str | None = None,
    budget_s: float = 60.0,
    seed: int = 0,
    holdout: float = 0.0,
    **options: Any,
) -> FittedRecipe:
    """Run the engine alone: no notebook, no tracking, no files.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        The table, with the target in it.
    target : str
        The column to predict.
    task, metric, budget_s, seed, holdout, **options
        As for `plan`. The budget counts from the call on.

    Returns
    -------
    FittedRecipe
        With `predict(frame)`, `predict_proba(frame)`, `predict_row(dict)`, `classes_`, `recipe`.
    """
    from automl_magic import learn

    started = clock.monotonic()
    made = preview(
        frame,
        target,
        task=task,
        metric=metric,
        budget_s=budget_s,
        seed=seed,
        holdout=holdout,
        **options,
    )
    asked_for = made.experiment
    job = learn.Task(
        frame,
        target=target,
        kind=str(made.task),
        metric=made.metric,
        classes=list(made.classes),
        imbalance=asked_for.imbalance.value,
        seed=seed,
        threads=asked_for.threads or cores(),
    )
    rows = learn.split(
        job,
        kind=made.split.kind.value,
        folds=made.split.folds,
        repeats=made.split.repeats,
        holdout=made.split.holdout,
        column=made.split.column,
        date_format=made.split.date_format,
    )
    candidates = {
        c.name: learn.candidate(c.estimator, view=c.view, params=dict(c.params))
        for c in made.candidates
    }
    views = {name: [step.to_json() for step in steps] for name, steps in made.views.items()}
    with tempfile.TemporaryDirectory(prefix="automl-search-") as run_dir:
        found = learn.search(
            job,
            rows,
            views,
            candidates,
            budget_s=budget_s - (clock.monotonic() - started),
            sampler=asked_for.hpo.sampler,
            max_trials=asked_for.hpo.trials,
            early_stopping=asked_for.hpo.early_stopping,
            run_dir=run_dir,
            replay="",
        )
        ensemble = learn.ensemble(found, max_members=8)
        recipe = learn.recipe(job, rows, views, ensemble)
        learn.evaluate_once(recipe, job, rows)
        return learn.refit(recipe, job)
