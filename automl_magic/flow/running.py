"""Run plans and notebooks. Repeat, stop, list and find runs."""

from __future__ import annotations

import os
import time as clock
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from automl_magic.errors import RunError, RunFailed
from automl_magic.files.atomic import translate_write_errors
from automl_magic.files.notebook_json import read_notebook
from automl_magic.flow.planning import plan
from automl_magic.records import SPEC_SUFFIX, Run
from automl_magic.runs import artifacts
from automl_magic.runs.artifacts import verified_artifact
from automl_magic.runs.backends import open_run_store
from automl_magic.runs.outcome import FinishedRun, RerunResult
from automl_magic.runs.plan_folder import PlanFolder
from automl_magic.runs.tracked_run import OnEvent, data_change, execute_tracked, run_inputs
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    import pandas as pd


StrPath: TypeAlias = str | os.PathLike[str]


def run(
    path: StrPath,
    *,
    parameters: Mapping[str, object] | None = None,
    on: str = "local",
    on_event: OnEvent | None = None,
    workspace: Workspace | None = None,
) -> FinishedRun:
    """Run the current version of a plan or notebook, supervised and tracked.

    Parameters
    ----------
    path : path of a plan's folder, an `*.automl.yaml` file, or a notebook
        For a plan, runs the search notebook. If the experiment file was edited, makes a new plan
        first. If the notebook was edited, runs it as is. If both were edited, raises an error.
    parameters : mapping, optional
        Values of notebook parameters, by name.
    on : {"local"}
        Place to run the notebook.
    on_event : callable, optional
        Called with each event of `automl_magic.execute` during the run.
    workspace : Workspace, optional
        Default: the workspace of the environment.

    Raises
    ------
    RunFailed
        If a cell raised an exception, crashed, timed out or ran out of memory. The record of the
        run is kept.
    FolderBusy, FolderNotWritable, RunError
        If the run couldn't start.
    """
    started = clock.monotonic()
    if on != "local":
        raise RunError(
            f"Can't run on {on!r}.",
            why="Notebooks can only run on this machine.",
            fix="Use --on local.",
        )
    here = workspace or default_workspace()
    return execute_tracked(
        _notebook_to_run(Path(path), here), started, parameters or {}, on_event, here
    )


def fit(
    data: StrPath | pd.DataFrame,
    target: str | None = None,
    *,
    on_event: OnEvent | None = None,
    workspace: Workspace | None = None,
    **options: Any,
) -> FinishedRun:
    """Plan a search and run it. Takes the parameters of `plan`."""
    started = clock.monotonic()
    here = workspace or default_workspace()
    planned = plan(data, target, workspace=here, **options)
    return execute_tracked(planned.notebooks["search"], started, {}, on_event, here)


def rerun(
    run_id: str, *, on_event: OnEvent | None = None, workspace: Workspace | None = None
) -> RerunResult:
    """Repeat a run and compare every metric.

    This executes the run's notebook again with `replay` set to the run's folder. Instead of
    searching, it fits the recorded trials with their parameters and iteration counts. The rest is
    the same code on the same data.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered
        If there's nothing to repeat.
    RunFailed
        If the rerun fails for another reason than its data.
    """
    from automl_magic.execute import parameters_of
    from automl_magic.track import input_changes, metric_changes

    started = clock.monotonic()
    here = workspace or default_workspace()
    original = artifacts.find_run(run_id, here)
    notebook = verified_artifact(original, "input.ipynb")
    parameters = dict(original.parameters)
    if any(artifact.path == "plan.json" for artifact in original.artifacts):
        verified_artifact(original, "plan.json")
    if "replay" in parameters_of(read_notebook(notebook)):
        for name in ("recipe.json", "trials.jsonl"):
            verified_artifact(original, name)
        parameters["replay"] = original.folder
    try:
        outcome = execute_tracked(notebook, started, parameters, on_event, here, repeats=original)
    except RunFailed:
        # A missing or changed table is reported as a difference.
        if (data := data_change(original)) is None:
            raise
        return RerunResult(equal=False, differs=("data",), details={"data": data}, outcome=None)
    inputs = input_changes(run_inputs(original), run_inputs(outcome.run))
    metrics = metric_changes(original.result, outcome.run.result)
    return RerunResult(
        equal=not metrics and "data" not in inputs,
        differs=tuple(inputs),
        details={**inputs, **metrics},
        outcome=outcome,
    )


def stop(run_id: str, *, cancel: bool = False, workspace: Workspace | None = None) -> Run:
    """Ask a running run, in any process, to stop. Doesn't wait for it.

    A search keeps the best model so far and succeeds. A search without a model, and any other
    notebook, is cancelled. This has the same effect as Ctrl-C in the terminal of the run.

    Parameters
    ----------
    cancel : bool
        Whether to cancel the run at once, without keeping the best model.

    Raises
    ------
    RunNotFound
    RunError
        If the run has finished.
    FolderNotWritable
        If the run's folder can't be written.
    """
    from automl_magic.execute import StopRequest, write_stop_request

    run = find_run(run_id, workspace=workspace)
    if run.status.is_end or not Path(run.folder).is_dir():
        raise RunError(
            f"Run {run.run_id} isn't running.",
            why=f"Its status is {run.status.value}.",
            fix="List runs: automl runs",
        )
    with translate_write_errors(Path(run.folder)):
        write_stop_request(Path(run.folder), StopRequest.CANCEL if cancel else StopRequest.STOP)
    return run


def runs(limit: int = 20, *, workspace: Workspace | None = None) -> list[Run]:
    """Return the most recent runs, newest first."""
    return open_run_store(workspace or default_workspace()).list(limit=limit)


def find_run(run_id: str, *, workspace: Workspace | None = None) -> Run:
    """Return a run by its ID or a unique prefix of it.

    `last` is the newest successful search, or the newest run if there's none.

    Raises
    ------
    RunNotFound
        If there's no such run, or several IDs have this prefix.
    """
    return artifacts.find_run(run_id, workspace or default_workspace())


def _notebook_to_run(path: Path, workspace: Workspace) -> Path:
    """Return the notebook to run. Makes a new plan if the experiment file was edited."""
    from automl_magic.planning import read_spec

    if path.suffix == ".ipynb":
        return path
    if not path.is_dir() and not path.name.endswith(SPEC_SUFFIX):
        raise RunError(
            f"Can't run {str(path)!r}.",
            why="It isn't a notebook, an experiment file or the folder of a plan.",
            fix="Make a plan first: automl plan DATA --target COLUMN",
        )
    plan_folder = PlanFolder((path if path.is_dir() else path.parent).absolute())
    spec = plan_folder.spec if path.is_dir() else path
    if not plan_folder.spec_is_edited(read_spec(spec)):
        return plan_folder.notebook("search")
    return plan(spec, folder=plan_folder.path, workspace=workspace).notebooks["search"]
