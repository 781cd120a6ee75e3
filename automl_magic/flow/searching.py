"""Run only the engine: no notebook, tracking or run."""

from __future__ import annotations

import tempfile
import time as clock
from typing import TYPE_CHECKING, Any

from automl_magic.flow.cores import available_cores
from automl_magic.flow.planning import preview
from automl_magic.workspace import Workspace, default_workspace

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
    workspace: Workspace | None = None,
    **options: Any,
) -> FittedRecipe:
    """Run only the engine: no notebook, tracking or files.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The table, including the target.
    target : str
        Column to predict.
    budget_s : float, seconds
        Time limit, from the start of the call.
    task, metric, seed, holdout, **options
        As for `plan`.
    workspace : Workspace, optional
        Its earlier searches guide this one. Default: the one of the environment.

    Returns
    -------
    FittedRecipe
        With `predict(frame)`, `predict_proba(frame)`, `predict_row(dict)`, `classes_`, `recipe`.
    """
    from automl_magic import learn
    from automl_magic.tasks.families import family_for

    started, here = clock.monotonic(), workspace or default_workspace()
    plan = preview(
        frame,
        target,
        task=task,
        metric=metric,
        budget_s=budget_s,
        seed=seed,
        holdout=holdout,
        **options,
    )
    values: dict[str, Any] = {
        "table": frame,
        "views": {name: [step.to_json() for step in steps] for name, steps in plan.views.items()},
        "candidates": {
            c.name: learn.candidate(c.estimator, view=c.view, params=dict(c.params))
            for c in plan.candidates
        },
        "seed": plan.split.seed,
        "threads": plan.experiment.threads or available_cores(),
        "budget_s": budget_s - (clock.monotonic() - started),
        "replay": "",
    }
    with tempfile.TemporaryDirectory(prefix="automl-search-") as run_dir:
        values["run_dir"] = run_dir
        for step in family_for(plan.task).search_steps(plan):
            # A notebook doesn't pass it: its process gets the workspace from the environment.
            home = {"home": here.home} if step.call == "search" else {}
            call = getattr(learn, step.call)
            inputs = (values[name] for name in step.inputs)
            parameters = {name: values[name] for name in step.parameters}
            values[step.output] = call(*inputs, **step.values, **parameters, **home)
        model: FittedRecipe = values["model"]
        return model
