"""Runs that are kept: finding one, and trusting its files only after checking them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.errors import ArtifactTampered, RunError, RunNotFound, shorten
from automl_magic.files.digests import other_sha256
from automl_magic.records import Run, RunStatus, Trial, TrialState
from automl_magic.runs.opened import open_store, registry
from automl_magic.workspace.workspace import Workspace

if TYPE_CHECKING:
    from automl_magic.recipe import Recipe
    from automl_magic.records import Explanation

EXPLAIN = "explain"


def find_run(run_id: str, workspace: Workspace) -> Run:
    """Return the run of this id, or of a unique beginning of one.

    `last` is the newest search that succeeded, or the newest run where none has.

    Raises
    ------
    RunNotFound
        If there is none, or more than one begins so.
    """
    store = open_store(workspace)
    if run_id == "last":
        succeeded = store.list(kind="search", status=RunStatus.SUCCEEDED, limit=1)
        if newest := succeeded or store.list(limit=1):
            return newest[0]
    begin_so = [run for run in store.list() if run_id and run.run_id.startswith(run_id)]
    if len(begin_so) > 1 and run_id not in (run.run_id for run in begin_so):
        raise RunNotFound(
            f"{run_id!r} is the beginning of {len(begin_so)} runs.",
            why=f"They are {shorten([run.run_id for run in begin_so])}.",
            fix=f"Type more of it, e.g. {begin_so[0].run_id}.",
        )
    return begin_so[0] if len(begin_so) == 1 else store.get(run_id)


def artifact(run: Run, name: str) -> Any:
    """Return a JSON file of a run, checked."""
    return json.loads(verified(run, name).read_text("utf-8"))


def verified(run: Run, name: str) -> Path:
    """Return a file of a run after checking that it is what the run wrote."""
    artifact = next((artifact for artifact in run.artifacts if artifact.path == name), None)
    if artifact is None:
        raise has_no(run, name)
    path = Path(run.folder) / name
    try:
        other = other_sha256(path.read_bytes(), artifact.sha256)
        why = f"Its SHA-256 is {other}, and {artifact.sha256} was recorded." if other else ""
    except OSError as error:
        why = f"The file cannot be read: {error.strerror}."
    if why:
        raise ArtifactTampered(
            f"{name} of run {run.run_id} is not what the run wrote.",
            why=why,
            fix=f"Put {str(path)!r} back from a backup, or run the plan again.",
        )
    return path


def has_no(run: Run, name: str) -> RunError:
    if run.status is not RunStatus.SUCCEEDED:
        ended = "failed" if run.status is RunStatus.FAILED else f"is {run.status.value}"
        why = f"It {ended}" + (f": {run.failure.message}" if run.failure else ".")
    else:
        why = f"It ran a notebook of the kind {run.kind!r}, and only a search makes one."
    return RunError(
        f"Run {run.run_id} has no {name}.", why=why, fix="Choose another run: automl runs"
    )


def explanation_of(run_id: str, workspace: Workspace) -> Run:
    """Return the newest run that explained the model of a search, or that run itself.

    Raises
    ------
    RunNotFound
        If there is no such run.
    RunError
        If nobody has explained its model yet.
    """
    found = find_run(run_id, workspace)
    if found.kind == EXPLAIN and found.status is RunStatus.SUCCEEDED:
        return found
    for run in open_store(workspace).list(kind=EXPLAIN, status=RunStatus.SUCCEEDED):
        if run.result.get("of_run") == found.run_id:
            return run
    raise RunError(
        f"The model of run {found.run_id} has not been explained yet.",
        why="SHAP values, curves and the rest are computed once, and no run has done so.",
        fix=f"automl explain {found.run_id}",
    )


def read_explanation(run: Run) -> Explanation:
    """Return the explanation that a run has written, checked.

    Raises
    ------
    RunError, ArtifactTampered
        If it has written none, or the file was changed since.
    """
    from automl_magic.records import EXPLANATION_NAME, Explanation

    return Explanation.from_json(artifact(run, EXPLANATION_NAME))


def complete_trial(run: Run, number: int) -> Trial:
    """Return the trial of this number, or say which ones there are."""
    from automl_magic.track import read_trials

    trials = read_trials(verified(run, "trials.jsonl").parent)
    found = next((trial for trial in trials if trial.number == number), None)
    if found is None or found.state is not TrialState.COMPLETE:
        known = [str(trial.number) for trial in trials if trial.state is TrialState.COMPLETE]
        raise RunError(
            f"Run {run.run_id} has no complete trial {number}.",
            why=f"Its complete trials are {shorten(known, 20)}.",
            fix=f"Choose one of them: automl leaderboard {run.run_id}",
        )
    return found


def recipe_of(trial: Trial, recipe: Recipe) -> Recipe:
    """Return the recipe of one trial alone, on the split and the views of its run."""
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
    """Return the verified model folder of a run or of a registered model."""
    if run_or_model.startswith("models:/"):
        return registry(workspace).fetch(run_or_model)
    run = find_run(run_or_model, workspace)
    verified(run, "model/manifest.json")
    return Path(run.folder) / "model"
