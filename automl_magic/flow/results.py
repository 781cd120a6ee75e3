"""The results of a run: leaderboard, reasons, changes since another run, and export."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from automl_magic.files.atomic import check_file, translate_write_errors, write_files
from automl_magic.flow.running import find_run
from automl_magic.records import CellLink, Leaderboard
from automl_magic.runs.artifacts import (
    find_complete_trial,
    missing_artifact_error,
    read_artifact,
    trial_recipe,
    verified_artifact,
)
from automl_magic.runs.outcome import OUTPUT_NAME
from automl_magic.runs.plan_folder import find_plan
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.decision_log import DecisionLog
    from automl_magic.track import RunDiff

StrPath: TypeAlias = str | os.PathLike[str]


def leaderboard(run_id: str = "last", *, workspace: Workspace | None = None) -> Leaderboard:
    """Return the trials of a run, best first. Each score links to its run, notebook and cell.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered
        If there's no such run, it isn't a search, or its files have been modified.
    """
    from automl_magic.track import search_end

    run = find_run(run_id, workspace=workspace)
    board = Leaderboard.from_json(read_artifact(run, "leaderboard.json"))
    end = search_end(run)
    return dataclasses.replace(board, notes=end.sentences if end is not None else ())


def why(
    run_id: str = "last",
    *,
    trial: int | None = None,
    candidate: str | None = None,
    column: str | None = None,
    workspace: Workspace | None = None,
) -> DecisionLog:
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
    from automl_magic.decision_log import build_decision_log

    return build_decision_log(
        find_run(run_id, workspace=workspace), trial=trial, candidate=candidate, column=column
    )


def diff(run_a: str, run_b: str, *, workspace: Workspace | None = None) -> RunDiff:
    """Compare two runs: what changed in words, and a diff of the code of each cell."""
    from automl_magic.track import compare_runs

    a, b = (find_run(run_id, workspace=workspace) for run_id in (run_a, run_b))
    return compare_runs(a, Path(a.folder), b, Path(b.folder))


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
    recipe = Recipe.from_json(read_artifact(run, "recipe.json"))
    plan = find_plan(verified_artifact(run, "plan.json").parent)
    if plan is None:
        raise missing_artifact_error(run, "plan.json")
    link = CellLink(run_id=run.run_id, notebook=OUTPUT_NAME, cell_id="recipe")
    if trial is not None:
        chosen_trial = find_complete_trial(run, trial)
        recipe = trial_recipe(chosen_trial, recipe)
        link = dataclasses.replace(link, cell_id=chosen_trial.cell_id or "search")
    text = to_text(render_model(recipe, load_code(plan.dataset), trial_link=link))
    with translate_write_errors(path.absolute().parent):
        write_files({path: text})
    return path
