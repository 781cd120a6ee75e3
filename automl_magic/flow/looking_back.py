"""The results of a run: leaderboard, reasons, changes since another run, and export."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from automl_magic.files.atomic import check_file, write_all, writing_to
from automl_magic.flow.running import find_run
from automl_magic.records import Leaderboard, Link
from automl_magic.runs.artifacts import (
    artifact,
    complete_trial,
    has_no,
    recipe_of,
    verified,
)
from automl_magic.runs.outcome import OUTPUT_NAME
from automl_magic.runs.plan_folder import plan_in
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.reasons import Account
    from automl_magic.track import Difference

StrPath: TypeAlias = str | os.PathLike[str]


def leaderboard(run_id: str = "last", *, workspace: Workspace | None = None) -> Leaderboard:
    """Return the trials of a run, best first. Each score links to its run, notebook and cell.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered
        If there's no such run, it isn't a search, or its files have been modified.
    """
    run = find_run(run_id, workspace=workspace)
    return Leaderboard.from_json(artifact(run, "leaderboard.json"))


def why(
    run_id: str = "last",
    *,
    trial: int | None = None,
    candidate: str | None = None,
    column: str | None = None,
    workspace: Workspace | None = None,
) -> Account:
    """Explain a run: each decision with its evidence, each trial with its status.

    Parameters
    ----------
    run_id : str
        A run in any state. For a failed or stopped run, returns what is known.
    trial : int, optional
        Number of a trial, to return only details about it.
    candidate, column : str, optional
        Name of a candidate or column, to return only details about it.

    Raises
    ------
    RunNotFound, ArtifactTampered
        If there's no such run, or one of its files has been modified.
    RunError
        If the run has no such trial, candidate or column.
    """
    from automl_magic.reasons import account_of

    return account_of(
        find_run(run_id, workspace=workspace), trial=trial, candidate=candidate, column=column
    )


def diff(run_a: str, run_b: str, *, workspace: Workspace | None = None) -> Difference:
    """Compare two runs: what changed in words, and a diff of the code of each cell."""
    from automl_magic.track import compare

    a, b = (find_run(run_id, workspace=workspace) for run_id in (run_a, run_b))
    return compare(a, Path(a.folder), b, Path(b.folder))


def notebook(
    run_id: str,
    *,
    trial: int | None = None,
    output: StrPath = "model.ipynb",
    workspace: Workspace | None = None,
) -> Path:
    """Export the model of a run, or one of its trials, as a notebook without automl-magic.

    Parameters
    ----------
    run_id : str
        ID of a successful search.
    trial : int, optional
        Number of the trial to export. Default: the final model.
    output : path
        Notebook to write.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered, FolderNotWritable
        If there's nothing to export, or the file can't be written.
    """
    from automl_magic.data import load_code
    from automl_magic.recipe import Recipe
    from automl_magic.render import render_model, to_text

    path = Path(output)
    check_file(path)
    run = find_run(run_id, workspace=workspace)
    recipe = Recipe.from_json(artifact(run, "recipe.json"))
    plan = plan_in(verified(run, "plan.json").parent)
    if plan is None:
        raise has_no(run, "plan.json")
    link = Link(run_id=run.run_id, notebook=OUTPUT_NAME, cell_id="recipe")
    if trial is not None:
        chosen_trial = complete_trial(run, trial)
        recipe = recipe_of(chosen_trial, recipe)
        link = dataclasses.replace(link, cell_id=chosen_trial.cell_id or "search")
    text = to_text(render_model(recipe, load_code(plan.dataset), trial_link=link))
    with writing_to(path.absolute().parent):
        write_all({path: text})
    return path
