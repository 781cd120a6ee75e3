"""Plan a search: write the experiment file and the notebooks, without running them."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from automl_magic.files.atomic import create_folder, translate_write_errors
from automl_magic.files.working_directory import check_working_directory
from automl_magic.flow.cores import available_cores
from automl_magic.planning.spec_options import spec_from_options
from automl_magic.records import SPEC_SUFFIX, Dataset, ExperimentSpec, Plan
from automl_magic.runs.outcome import PlanResult
from automl_magic.runs.plan_folder import (
    SPEC_NAME,
    PlanFolder,
    check_free,
    check_unedited,
    default_folder,
)
from automl_magic.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.data import TableSource
    from automl_magic.records.data.missing import MissingWords

StrPath: TypeAlias = str | os.PathLike[str]
# The source of a table that isn't in a file.
IN_MEMORY = "(a DataFrame)"


def plan(
    data: StrPath | pd.DataFrame,
    target: str | None = None,
    *,
    folder: StrPath | None = None,
    overwrite: bool = False,
    workspace: Workspace | None = None,  # noqa: ARG001 - unused: a plan is in a folder
    **options: Any,
) -> PlanResult:
    """Plan a search: write the experiment file and the notebooks without running them.

    Parameters
    ----------
    data : path, `SCHEME:NAME`, DataFrame, or path of an `*.automl.yaml` file
        The table. A DataFrame is saved as Parquet in the folder, where the notebooks load it. An
        experiment file is planned as is: don't pass `target` or options with it.
    target : str
        Column to predict.
    folder : path, optional
        Output folder. Default: a new folder in the working directory, named after the data.
    overwrite : bool
        Whether to replace an existing plan or edited notebook.
    workspace : Workspace, optional
        Default: the workspace of the environment.
    **options
        The keyword arguments of `planning.spec_options.spec_from_options`: task, metric, budget_s,
        folds, …

    Raises
    ------
    DataError, SpecError, PlanError, FolderTaken, FolderNotWritable, WorkingDirectoryGone
        No file is written in this case.
    """
    from automl_magic.data import frame_as_source, resolve_source
    from automl_magic.planning import read_spec

    check_working_directory()
    if not isinstance(data, str | os.PathLike):
        plan_folder = _free_folder(folder, "table", overwrite=overwrite)
        return _write_plan(
            spec_from_options(IN_MEMORY, target, **options),
            plan_folder,
            frame_as_source(data, plan_folder.path),
        )
    source = os.fspath(data)
    if source.endswith(SPEC_SUFFIX):
        experiment = read_spec(Path(source))
        plan_folder = PlanFolder(Path(folder or Path(source).parent).absolute())
        check_unedited(plan_folder, overwrite=overwrite)
        return _write_plan(
            experiment, plan_folder, resolve_source(experiment.data, plan_folder.path)
        )
    plan_folder = _free_folder(folder, source, overwrite=overwrite)
    return _write_plan(
        spec_from_options(source, target, **options),
        plan_folder,
        resolve_source(source, Path.cwd()),
    )


def preview(
    frame: pd.DataFrame,
    target: str,
    *,
    name: str = "table",
    source: str = "",
    dataset: Dataset | None = None,
    workspace: Workspace | None = None,  # noqa: ARG001 - unused
    **options: Any,
) -> Plan:
    """Return the plan for a table in memory, without writing or running anything.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The table, including the target.
    target : str
        Column to predict.
    name, source : str
        Name of the table, and its path or source if it has one.
    dataset : Dataset, optional
        Profile of an earlier plan for the same table, target and kinds, to skip the profiling.
    workspace : Workspace, optional
        Default: the workspace of the environment.
    **options
        As for `plan`.

    Raises
    ------
    DataError, SpecError, PlanError
    """
    from automl_magic.data import as_loaded

    source = source or IN_MEMORY
    experiment = spec_from_options(source, target, **options)
    return _decide(
        experiment,
        functools.partial(as_loaded, frame),
        name=name,
        source=source,
        read_call=lambda _: {},
        dataset=dataset,
    )


def _free_folder(folder: StrPath | None, named_after: str, *, overwrite: bool) -> PlanFolder:
    plan_folder = PlanFolder(Path(folder or default_folder(named_after)).absolute())
    check_free(plan_folder.path, overwrite=overwrite)
    return plan_folder


def _write_plan(
    experiment: ExperimentSpec, plan_folder: PlanFolder, opened: AbstractContextManager[TableSource]
) -> PlanResult:
    from automl_magic.data import load, read_call
    from automl_magic.planning import format_spec
    from automl_magic.render import render_explore, render_search, to_text

    with opened as source:
        plan_record = _decide(
            experiment,
            lambda missing: load(source.readable, missing=missing, count_missing=True),
            name=source.name,
            source=source.final,
            read_call=read_call,
        )
        notebooks = {"explore": render_explore(plan_record), "search": render_search(plan_record)}
        texts = {f"{kind}.ipynb": to_text(notebook) for kind, notebook in notebooks.items()}
        with (
            translate_write_errors(plan_folder.path),
            create_folder(plan_folder.path),
            source.copied(),
        ):
            plan_folder.write(
                plan_record, {SPEC_NAME: format_spec(plan_record.experiment), **texts}
            )
    return PlanResult(
        folder=plan_folder.path,
        plan=plan_record,
        spec=plan_folder.spec,
        notebooks={kind: plan_folder.notebook(kind) for kind in notebooks},
    )


def _decide(
    experiment: ExperimentSpec,
    load: Callable[[MissingWords], pd.DataFrame],
    *,
    name: str,
    source: str,
    read_call: Callable[[pd.DataFrame], Mapping[str, object]],
    dataset: Dataset | None = None,
) -> Plan:
    from automl_magic.data import check_target, profile
    from automl_magic.execute import memory_limit_bytes
    from automl_magic.planning import make_plan
    from automl_magic.recipe import select_columns

    def profile_table(missing: MissingWords) -> tuple[pd.DataFrame, Dataset]:
        frame = load(missing)
        return frame, profile(
            frame,
            name=name,
            source=source,
            read=read_call(frame),
            target=experiment.target,
            kinds=experiment.features.kinds,
            missing=missing,
        )

    if dataset is not None:
        frame = load(dataset.missing)
    else:
        frame, dataset = profile_table(experiment.missing)
        if dataset.missing != experiment.missing:
            # With the placeholders that the profile found: the notebooks load the table so.
            frame, dataset = profile_table(dataset.missing)
    check_target(dataset, experiment.target)
    return make_plan(
        dataclasses.replace(experiment, data=source, missing=dataset.missing),
        dataset,
        functools.partial(select_columns, frame),
        n_cores=available_cores(),
        memory_bytes=memory_limit_bytes(),
    )
