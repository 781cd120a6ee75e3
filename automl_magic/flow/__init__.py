"""flow: the verbs in order.

    data ─profile→ Dataset ─plan→ Plan ─render→ Notebook ─execute→ Run ─track→ Leaderboard
                    ─register→ ModelVersion ─deploy→ Deployment ─monitor→ DriftReport ─→ Plan

This package alone knows the order. Each verb is a package that knows nothing of the others, and is
imported when it is first needed, so that importing us stays light. From a table to a registered
model the order stands on this page; the modules beside it take up from there.

searching    the engine alone            explaining   a model's explanation
scoring      tables of any size          governance   approve, revoke, promote, roll back
serving      deployments and routes      monitoring   what has moved since the release
alerting     who is told of it           retraining   a challenger for a champion
streaming    a topic of Kafka
"""

from __future__ import annotations

import dataclasses
import os
import time as clock
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from automl_magic import folder as folders
from automl_magic.asked import asked
from automl_magic.errors import RunError, RunFailed
from automl_magic.flow.cores import cores
from automl_magic.flow.explaining import explain
from automl_magic.flow.searching import search
from automl_magic.folder import SPEC_NAME, PlanFolder
from automl_magic.kept import (
    artifact,
    complete_trial,
    find_run,
    has_no,
    open_store,
    recipe_of,
    verified,
)
from automl_magic.outcome import OUTPUT_NAME, Outcome, Planned, Rerun
from automl_magic.records import (
    SPEC_SUFFIX,
    Dataset,
    Experiment,
    Leaderboard,
    Link,
    ModelVersion,
    Plan,
    Run,
)
from automl_magic.running import OnEvent, data_change, execute, inputs_of

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.data import Source
    from automl_magic.reasons import Account
    from automl_magic.track import Difference

__all__ = [
    "diff",
    "explain",
    "find_run",
    "fit",
    "leaderboard",
    "models",
    "notebook",
    "plan",
    "preview",
    "register",
    "rerun",
    "run",
    "runs",
    "search",
    "stop",
    "why",
]

StrPath: TypeAlias = str | os.PathLike[str]
# What stands for the source of a table that lies in no file.
IN_MEMORY = "(a DataFrame)"


def plan(
    data: StrPath | pd.DataFrame,
    target: str | None = None,
    *,
    folder: StrPath | None = None,
    overwrite: bool = False,
    **options: Any,
) -> Planned:
    """Decide how to find a model, and write the experiment file and the notebooks. Runs nothing.

    Parameters
    ----------
    data : path, `sklearn:NAME`, DataFrame, or the path of an `*.automl.yaml` file
        The table. A DataFrame is kept as Parquet in the folder, for the notebooks to load. An
        experiment file is planned as it stands; then `target` and the options stay out.
    target : str
        The column to predict.
    folder : path, optional
        Where to write; by default a new folder of the working directory, named after the data.
    overwrite : bool
        Whether a plan, or an edited notebook, that is already there may be replaced.
    **options
        The keyword arguments of `automl_magic.asked.asked`: task, metric, budget_s, folds, …

    Raises
    ------
    DataError, SpecError, PlanError, FolderTaken, FolderNotWritable
        Before anything is written.
    """
    from automl_magic.data import as_source, resolved
    from automl_magic.planning import read_spec

    if not isinstance(data, str | os.PathLike):
        where = _free_folder(folder, "table", overwrite=overwrite)
        return _write_plan(asked(IN_MEMORY, target, **options), where, as_source(data, where.path))
    source = os.fspath(data)
    if source.endswith(SPEC_SUFFIX):
        experiment = read_spec(Path(source))
        where = PlanFolder(Path(folder or Path(source).parent).absolute())
        folders.check_unedited(where, overwrite=overwrite)
        return _write_plan(experiment, where, resolved(experiment.data, where.path))
    where = _free_folder(folder, source, overwrite=overwrite)
    return _write_plan(asked(source, target, **options), where, resolved(source, Path.cwd()))


def _free_folder(folder: StrPath | None, named_after: str, *, overwrite: bool) -> PlanFolder:
    where = PlanFolder(Path(folder or folders.default_folder(named_after)).absolute())
    folders.check_free(where.path, overwrite=overwrite)
    return where


def _write_plan(
    experiment: Experiment, where: PlanFolder, opened: AbstractContextManager[Source]
) -> Planned:
    from automl_magic.data import load, read_call
    from automl_magic.planning import format_spec
    from automl_magic.render import render_explore, render_search, to_text

    with opened as source:
        made = _decide(
            experiment,
            load(source.readable),
            name=source.name,
            source=source.final,
            read=read_call(source.readable),
        )
        notebooks = {"explore": render_explore(made), "search": render_search(made)}
        texts = {f"{kind}.ipynb": to_text(notebook) for kind, notebook in notebooks.items()}
        with folders.writing_to(where.path), folders.making(where.path), source.kept():
            where.write(made, {SPEC_NAME: format_spec(made.experiment), **texts})
    return Planned(
        folder=where.path,
        plan=made,
        spec=where.spec,
        notebooks={kind: where.notebook(kind) for kind in notebooks},
    )


def preview(
    frame: pd.DataFrame,
    target: str,
    *,
    name: str = "table",
    source: str = "",
    dataset: Dataset | None = None,
    **options: Any,
) -> Plan:
    """Decide what `plan` would decide for a table in memory. Writes nothing and runs nothing.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        The table, with the target in it.
    name, source : str
        What the table is called, and where it lies, if it lies in a file.
    dataset : Dataset, optional
        That of an earlier plan for the same table, target and kinds, which are not looked at again.
    **options
        As for `plan`.

    Raises
    ------
    DataError, SpecError, PlanError
    """
    source = source or IN_MEMORY
    experiment = asked(source, target, **options)
    return _decide(experiment, frame, name=name, source=source, read={}, dataset=dataset)


def _decide(
    experiment: Experiment,
    frame: pd.DataFrame,
    *,
    name: str,
    source: str,
    read: Mapping[str, Any],
    dataset: Dataset | None = None,
) -> Plan:
    from automl_magic.data import check_target, profile
    from automl_magic.execute import memory_limit_bytes
    from automl_magic.planning import make_plan

    dataset = dataset or profile(
        frame,
        name=name,
        source=source,
        read=read,
        target=experiment.target,
        kinds=experiment.features.kinds,
    )
    check_target(dataset, experiment.target)
    return make_plan(
        dataclasses.replace(experiment, data=source),
        dataset,
        n_cores=cores(),
        memory_bytes=memory_limit_bytes(),
    )


def run(
    path: StrPath,
    *,
    parameters: Mapping[str, Any] | None = None,
    on: str = "local",
    on_event: OnEvent | None = None,
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
    return execute(_runnable(Path(path)), started, parameters or {}, on_event)


def fit(
    data: StrPath | pd.DataFrame,
    target: str | None = None,
    *,
    on_event: OnEvent | None = None,
    **options: Any,
) -> Outcome:
    """Plan and run: `plan`, then `run` on what it wrote. Takes the parameters of `plan`."""
    started = clock.monotonic()
    planned = plan(data, target, **options)
    return execute(planned.notebooks["search"], started, {}, on_event)


def leaderboard(run_id: str = "last") -> Leaderboard:
    """Return the trials of a run, best first; every number carries its run, notebook and cell.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered
        If there is no such run, it was no search, or its file was changed since.
    """
    found = find_run(run_id)
    return Leaderboard.from_json(artifact(found, "leaderboard.json"))


def why(
    run_id: str = "last",
    *,
    trial: int | None = None,
    candidate: str | None = None,
    column: str | None = None,
) -> Account:
    """Say why a run did what it did: every decision with its evidence, every trial with its fate.

    Parameters
    ----------
    run_id : str
        A run in whatever state: of one that failed or was stopped, what is known is told.
    trial, candidate, column
        All about one of these instead of the whole run: a trial's number, a candidate's name, a
        column's name.

    Raises
    ------
    RunNotFound, ArtifactTampered
        If there is no such run, or one of its files was changed since.
    RunError
        If the run has no such trial, candidate or column.
    """
    from automl_magic.reasons import account_of

    return account_of(find_run(run_id), trial=trial, candidate=candidate, column=column)


def notebook(run_id: str, *, trial: int | None = None, output: StrPath = "model.ipynb") -> Path:
    """Write the model of a run, or one of its trials, as a notebook that runs without us.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered, FolderNotWritable
        If there is nothing to export, or the file cannot be written.
    """
    from automl_magic.recipe import Recipe
    from automl_magic.render import render_model, to_text

    path = Path(output)
    folders.check_file(path)
    found = find_run(run_id)
    recipe = Recipe.from_json(artifact(found, "recipe.json"))
    made = folders.plan_in(verified(found, "plan.json").parent)
    if made is None:
        raise has_no(found, "plan.json")
    link = Link(run_id=found.run_id, notebook=OUTPUT_NAME, cell_id="recipe")
    if trial is not None:
        chosen = complete_trial(found, trial)
        recipe = recipe_of(chosen, recipe)
        link = dataclasses.replace(link, cell_id=chosen.cell_id or "search")
    text = to_text(render_model(recipe, made.dataset, trial_link=link))
    with folders.writing_to(path.absolute().parent):
        folders.write_all({path: text})
    return path


def rerun(run_id: str, *, on_event: OnEvent | None = None) -> Rerun:
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
    before = find_run(run_id)
    notebook = verified(before, "input.ipynb")
    parameters = dict(before.parameters)
    if any(kept.path == "plan.json" for kept in before.artifacts):
        verified(before, "plan.json")
    if "replay" in parameters_of(folders.read_notebook(notebook)):
        for name in ("recipe.json", "trials.jsonl"):
            verified(before, name)
        parameters["replay"] = before.folder
    try:
        outcome = execute(notebook, started, parameters, on_event, repeats=before)
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


def diff(run_a: str, run_b: str) -> Difference:
    """Say in words what changed from one run to another, then cell by cell in code."""
    from automl_magic.track import compare

    a, b = find_run(run_a), find_run(run_b)
    return compare(a, Path(a.folder), b, Path(b.folder))


def register(run_id: str, name: str) -> ModelVersion:
    """Make a run's model a version of a registered model, and point the alias `candidate` to it.

    Raises
    ------
    RunNotFound, RunError, ArtifactTampered, ModelRefused, TrackingError, StoreError
    """
    from automl_magic import govern
    from automl_magic.mlflow_store import use_default_store
    from automl_magic.register import MlflowRegistry
    from automl_magic.store.actor import actor
    from automl_magic.store.engine import open_engine
    from automl_magic.track import MlflowTracker, mirror

    found = find_run(run_id)
    verified(found, "model/manifest.json")
    # A version is made from the tracked model: a run whose tracking failed is tracked now.
    mirror([found], MlflowTracker())
    registry = MlflowRegistry()
    version = registry.register(found, Path(found.folder) / "model", name)
    # What an alias means is said in one place; MLflow hears of it from there.
    store = open_engine()
    govern.register(store, version, actor=actor())
    govern.deliver(store, registry)
    store.dispose()
    use_default_store()
    return version


def models() -> dict[str, tuple[ModelVersion, ...]]:
    """Return the registered models by name, each with its versions, the newest first.

    Raises
    ------
    TrackingError
        If the store of models cannot be read.
    """
    from automl_magic.register import MlflowRegistry

    registry = MlflowRegistry()
    return {name: registry.versions(name) for name in registry.names()}


def stop(run_id: str, *, cancel: bool = False) -> Run:
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

    found = find_run(run_id)
    if found.status.is_end or not Path(found.folder).is_dir():
        raise RunError(
            f"Run {found.run_id} does not run.",
            why=f"Its status is {found.status.value}.",
            fix="See which runs there are: automl runs",
        )
    with folders.writing_to(Path(found.folder)):
        leave(Path(found.folder), Wish.CANCEL if cancel else Wish.STOP)
    return found


def runs(limit: int = 20) -> list[Run]:
    """Return the newest runs, newest first."""
    return open_store().list(limit=limit)


def _runnable(path: Path) -> Path:
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
    return plan(spec, folder=where.path).notebooks["search"]
