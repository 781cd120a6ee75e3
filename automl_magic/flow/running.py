"""From a plan to a run; a run repeated, stopped or listed."""

from __future__ import annotations

import os
import time as clock
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from automl_magic.errors import RunError, RunFailed
from automl_magic.files.atomic import writing_to
from automl_magic.files.notebook_json import read_notebook
from automl_magic.flow.planning import plan
from automl_magic.records import SPEC_SUFFIX, Run
from automl_magic.runs import artifacts
from automl_magic.runs.artifacts import verified
from automl_magic.runs.opened import open_store
from automl_magic.runs.outcome import Outcome, Rerun
from automl_magic.runs.plan_folder import PlanFolder
from automl_magic.runs.tracked_run import OnEvent, data_change, execute, inputs_of
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    import pandas as pd


StrPath: TypeAlias = str | os.PathLike[str]


def run(
    path: StrPath,
    *,
    parameters: Mapping[str, Any] | None = None,
    on: str = "local",
    on_event: OnEvent | None = None,
    workspace: Workspace | None = None,
) -> Outcome:
    """Run a plan or a notebook under the supervisor, as it was last edited, and track it.

    Parameters
    ----------
    path : path of a plan's folder, an `*.automl.yaml` file, or a notebook
        Of a plan, the search notebook is run. If the experiment file was edited, it is planned anew
        first; if the notebook was edited, it is run as it is; if both were, neither is guessed.
    parameters : mapping, optional
        Values for the notebook's own parameters.
    on : {"local"}
        Where the notebook runs.
    on_event : callable, optional
        Called with each event of `automl_magic.execute` while the run goes on.
    workspace : Workspace, optional
        By default that of the environment: the person's own.

    Raises
    ------
    RunFailed
        If a cell raised, died, timed out or ran out of memory. The run's record stays.
    FolderBusy, FolderNotWritable, RunError
        If the run could not start.
    """
    started = clock.monotonic()
    if on != "local":
        raise RunError(
            f"Runs cannot go to {on!r}.",
            why="Notebooks run on this machine; clusters come with a later release.",
            fix="Use --on local.",
        )
    here = workspace or default_workspace()
    return execute(_runnable(Path(path), here), started, parameters or {}, on_event, here)


def fit(
    data: StrPath | pd.DataFrame,
    target: str | None = None,
    *,
    on_event: OnEvent | None = None,
    workspace: Workspace | None = None,
    **options: Any,
) -> Outcome:
    """Plan and run: `plan`, then `run` on what it wrote. Takes the parameters of `plan`."""
    started = clock.monotonic()
    here = workspace or default_workspace()
    planned = plan(data, target, workspace=here, **options)
    return execute(planned.notebooks["search"], started, {}, on_event, here)


def rerun(
    run_id: str, *, on_event: OnEvent | None = None, workspace: Workspace | None = None
) -> Rerun:
    """Repeat a run from its id alone, and say whether every metric is the same.

    The notebook that ran is executed again with `replay` set to the run's folder: it fits the
    recorded trials with their parameters and iteration counts instead of searching, and everything
    after that is the same code on the same data.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered
        If there is nothing to repeat.
    RunFailed
        If the repetition fails for a reason other than its data.
    """
    from automl_magic.execute import parameters_of
    from automl_magic.track import input_changes, metric_changes

    started = clock.monotonic()
    here = workspace or default_workspace()
    before = artifacts.find_run(run_id, here)
    notebook = verified(before, "input.ipynb")
    parameters = dict(before.parameters)
    if any(kept.path == "plan.json" for kept in before.artifacts):
        verified(before, "plan.json")
    if "replay" in parameters_of(read_notebook(notebook)):
        for name in ("recipe.json", "trials.jsonl"):
            verified(before, name)
        parameters["replay"] = before.folder
    try:
        outcome = execute(notebook, started, parameters, on_event, here, repeats=before)
    except RunFailed:
        # A table that is gone, or has other rows, is a difference with a name.
        if (data := data_change(before)) is None:
            raise
        return Rerun(equal=False, differs=("data",), details={"data": data}, outcome=None)
    inputs = input_changes(inputs_of(before), inputs_of(outcome.run))
    metrics = metric_changes(before.result, outcome.run.result)
    return Rerun(
        equal=not metrics and "data" not in inputs,
        differs=tuple(inputs),
        details={**inputs, **metrics},
        outcome=outcome,
    )


def stop(run_id: str, *, cancel: bool = False, workspace: Workspace | None = None) -> Run:
    """Ask a run that goes on, in whatever process, to come to its end. Does not wait for it.

    A search keeps the best that it has found, and succeeds; any other notebook, and a search that
    has found nothing yet, is cancelled. This means what Ctrl-C means in the terminal of the run.

    Parameters
    ----------
    cancel : bool
        End it at once, whatever it has found.

    Raises
    ------
    RunNotFound
    RunError
        If the run has ended.
    FolderNotWritable
        If its folder cannot be written.
    """
    from automl_magic.execute import Wish, leave

    found = find_run(run_id, workspace=workspace)
    if found.status.is_end or not Path(found.folder).is_dir():
        raise RunError(
            f"Run {found.run_id} does not run.",
            why=f"Its status is {found.status.value}.",
            fix="See which runs there are: automl runs",
        )
    with writing_to(Path(found.folder)):
        leave(Path(found.folder), Wish.CANCEL if cancel else Wish.STOP)
    return found


def runs(limit: int = 20, *, workspace: Workspace | None = None) -> list[Run]:
    """Return the newest runs, newest first."""
    return open_store(workspace or default_workspace()).list(limit=limit)


def find_run(run_id: str, *, workspace: Workspace | None = None) -> Run:
    """Return the run of this id, or of a unique beginning of one; `last` is the newest good search.

    Raises
    ------
    RunNotFound
        If there is none, or more than one begins so.
    """
    return artifacts.find_run(run_id, workspace or default_workspace())


def _runnable(path: Path, workspace: Workspace) -> Path:
    """Return the notebook to run, after planning anew where the experiment file was edited."""
    from automl_magic.planning import read_spec

    if path.suffix == ".ipynb":
        return path
    if not path.is_dir() and not path.name.endswith(SPEC_SUFFIX):
        raise RunError(
            f"{str(path)!r} cannot be run.",
            why="It is no notebook, no experiment file and no folder of a plan.",
            fix="Make a plan first: `automl plan DATA --target COLUMN`.",
        )
    where = PlanFolder((path if path.is_dir() else path.parent).absolute())
    spec = where.spec if path.is_dir() else path
    if not where.spec_is_edited(read_spec(spec)):
        return where.notebook("search")
    return plan(spec, folder=where.path, workspace=workspace).notebooks["search"]
