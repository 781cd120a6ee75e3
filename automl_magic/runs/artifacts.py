"""Find runs, and read their artifacts after verifying them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.errors import ArtifactTampered, RunError, RunNotFound, shorten
from automl_magic.files.digests import mismatched_sha256
from automl_magic.records import Run, RunStatus, Trial, TrialState
from automl_magic.runs.backends import open_registry, open_run_store
from automl_magic.workspace.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.recipe import Recipe
    from automl_magic.records import Explanation

EXPLAIN = "explain"


def find_run(run_id: str, workspace: Workspace) -> Run:
    """Return the run with this ID or a unique prefix of it.

    `last` is the newest successful search, or the newest run if there's none.

    Raises
    ------
    RunNotFound
        If no run matches, or more than one.
    """
    store = open_run_store(workspace)
    if run_id == "last":
        succeeded = store.list(kind="search", status=RunStatus.SUCCEEDED, limit=1)
        if newest := succeeded or store.list(limit=1):
            return newest[0]
    matches = [run for run in store.list() if run_id and run.run_id.startswith(run_id)]
    if len(matches) > 1 and run_id not in (run.run_id for run in matches):
        raise RunNotFound(
            f"{len(matches)} run IDs start with {run_id!r}.",
            why=f"They are {shorten([run.run_id for run in matches])}.",
            fix=f"Use more characters, such as {matches[0].run_id}.",
        )
    return matches[0] if len(matches) == 1 else store.get(run_id)


def read_artifact(run: Run, name: str) -> object:
    """Return the content of a JSON artifact of a run, after verifying it."""
    return json.loads(verified_artifact(run, name).read_text("utf-8"))


def verified_artifact(run: Run, name: str) -> Path:
    """Return the path of an artifact of a run, after verifying its digest."""
    artifact = next((artifact for artifact in run.artifacts if artifact.path == name), None)
    if artifact is None:
        raise missing_artifact_error(run, name)
    path = Path(run.folder) / name
    try:
        actual = mismatched_sha256(path.read_bytes(), artifact.sha256)
        why = f"Its SHA-256 is {actual}. The run recorded {artifact.sha256}." if actual else ""
    except OSError as error:
        why = f"The file can't be read: {error.strerror}."
    if why:
        raise ArtifactTampered(
            f"{name} of run {run.run_id} has been modified.",
            why=why,
            fix=f"Restore {str(path)!r} from a backup, or run the plan again.",
        )
    return path


def missing_artifact_error(run: Run, name: str) -> RunError:
    """Return the error for a run without this artifact."""
    if run.status is not RunStatus.SUCCEEDED:
        status = "failed" if run.status is RunStatus.FAILED else f"is {run.status.value}"
        why = f"The run {status}" + (f": {run.failure.message}" if run.failure else ".")
    else:
        why = f"Its notebook is of the kind {run.kind!r}. Only a search creates this file."
    return RunError(
        f"Run {run.run_id} has no {name}.", why=why, fix="Choose another run: automl runs"
    )


def find_explanation_run(run_id: str, workspace: Workspace) -> Run:
    """Return the newest run that explained the model of a search.

    If `run_id` is such a run, it's returned itself.

    Raises
    ------
    RunNotFound
        If there's no such run.
    RunError
        If its model hasn't been explained yet.
    """
    search_run = find_run(run_id, workspace)
    if search_run.kind == EXPLAIN and search_run.status is RunStatus.SUCCEEDED:
        return search_run
    for run in open_run_store(workspace).list(kind=EXPLAIN, status=RunStatus.SUCCEEDED):
        if run.result.get("of_run") == search_run.run_id:
            return run
    raise RunError(
        f"The model of run {search_run.run_id} hasn't been explained yet.",
        why="A separate run computes the SHAP values and curves.",
        fix=f"Explain it: automl explain {search_run.run_id}",
    )


def read_explanation(run: Run) -> Explanation:
    """Return the explanation that a run wrote, after verifying it.

    Raises
    ------
    RunError, ArtifactTampered
        If there's none, or the file has been modified.
    """
    from automl_magic.records import EXPLANATION_NAME, Explanation

    return Explanation.from_json(read_artifact(run, EXPLANATION_NAME))


def find_complete_trial(run: Run, number: int) -> Trial:
    """Return the complete trial with this number, or raise an error with the valid numbers."""
    from automl_magic.track import read_trials

    trials = read_trials(verified_artifact(run, "trials.jsonl").parent)
    trial = next((trial for trial in trials if trial.number == number), None)
    if trial is None or trial.state is not TrialState.COMPLETE:
        numbers = [str(trial.number) for trial in trials if trial.state is TrialState.COMPLETE]
        raise RunError(
            f"Run {run.run_id} has no complete trial {number}.",
            why=f"Its complete trials are {shorten(numbers, 20)}.",
            fix=f"Choose one of them. To compare them: automl leaderboard {run.run_id}",
        )
    return trial


def trial_recipe(trial: Trial, recipe: Recipe) -> Recipe:
    """Return the recipe of a single trial, with the split and views of its run."""
    from automl_magic.recipe import MemberSpec
    from automl_magic.recipe.combine import Blend

    member = MemberSpec(
        name=trial.candidate,
        estimator=trial.estimator,
        view=trial.view,
        params=trial.params,
        n_iterations=trial.n_iterations,
        weight=1.0,
        seeds=(recipe.seed,),
    )
    return dataclasses.replace(
        recipe, members=(member,), threshold=None, blend=Blend.MEAN, calibration=None
    )


def model_folder(run_or_model: str, workspace: Workspace) -> Path:
    """Return the model folder of a run or registered model, after verifying its manifest."""
    if run_or_model.startswith("models:/"):
        return open_registry(workspace).fetch(run_or_model)
    run = find_run(run_or_model, workspace)
    verified_artifact(run, "model/manifest.json")
    return Path(run.folder) / "model"
