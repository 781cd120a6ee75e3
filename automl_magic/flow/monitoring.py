"""Monitoring: check a deployment or a table for drift, in a run of the monitor notebook."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from automl_magic.records import RunStatus, TaskKind
from automl_magic.runs.artifacts import read_artifact
from automl_magic.runs.backends import open_registry
from automl_magic.runs.monitor_target import MonitorTarget, find_monitor_target
from automl_magic.runs.outcome import MonitorResult
from automl_magic.runs.tracked_run import OnEvent, execute_tracked
from automl_magic.store.opened import store_engine
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from automl_magic.records.monitoring.drift import DriftThresholds


def monitor(
    name: str,
    *,
    since: float | None = None,
    until: float | None = None,
    window_s: float | None = None,
    version: int | None = None,
    data: str | None = None,
    thresholds: Mapping[str, object] | None = None,
    on_event: OnEvent | None = None,
    workspace: Workspace | None = None,
) -> MonitorResult:
    """Check a window of a deployment, or a table, for drift. This runs a monitor notebook.

    Parameters
    ----------
    name : str
        A deployment. With `data`, also a run ID or `models:/NAME@ALIAS` for a model that is served
        elsewhere.
    since : float, seconds since 1970, optional
        Start of the window. Default: `window_s` before `until`.
    until : float, seconds since 1970, optional
        End of the window. Default: now.
    window_s : float, seconds, optional
        Length of the window. Default: the value in the deployment's monitor file, or a day.
    version : int, optional
        Model version to check. Default: the stable version.
    data : path or `SCHEME:NAME`, optional
        Table to check instead of the prediction log.
    thresholds : mapping, optional
        Fields of `records.monitoring.drift.DriftThresholds` that override the monitor file, or the
        experiment (`business.degradation`).
    on_event : callable, optional
        Called with each event of the run.
    workspace : Workspace, optional
        Default: the workspace of the environment.

    Raises
    ------
    DeploymentNotFound, ModelNotFound, RunNotFound, ArtifactTampered
        If there's no such model, or its files aren't the approved ones.
    MonitorError
        If the window is empty, or the model has no reference data.
    RunFailed
        If the notebook fails.
    """
    from automl_magic.monitor.alerts import load_monitor
    from automl_magic.monitor.bounds import merge_thresholds, window_bounds
    from automl_magic.monitor.formatting import format_time
    from automl_magic.recipe.model_io import load_recipe
    from automl_magic.records.monitoring.drift import DRIFT_NAME, DriftReport
    from automl_magic.render import to_text

    started, here = time.monotonic(), workspace or default_workspace()
    watched = _watched(name, version, here, is_table=data is not None)
    spec = load_monitor(watched.name, here.home)
    start, end = window_bounds(since, until, window_s or spec.window_s)
    effective_thresholds = merge_thresholds(
        spec if watched.deployment else None, watched.degradation(), thresholds
    )
    parameters: dict[str, object] = {
        **watched.parameters(),
        "window_start": format_time(start),
        "window_end": format_time(end),
    }
    if data is not None:
        parameters["data_source"] = _source(data)
    task = load_recipe(watched.folder, watched.manifest_sha256).task
    with tempfile.TemporaryDirectory(prefix="automl-monitor-") as folder:
        path = Path(folder) / "monitor.ipynb"
        notebook = monitor_notebook(task, effective_thresholds, of_table=data is not None)
        path.write_text(to_text(notebook), encoding="utf-8")
        outcome = execute_tracked(path, started, parameters, on_event, here)
    if outcome.run.status is not RunStatus.SUCCEEDED:
        return MonitorResult(name, outcome, None, None)
    report = DriftReport.from_json(read_artifact(outcome.run, DRIFT_NAME))
    return MonitorResult(name, outcome, report, Path(outcome.run.folder) / DRIFT_NAME)


def monitor_notebook(
    kind: TaskKind, thresholds: DriftThresholds, *, of_table: bool = False
) -> NotebookNode:
    """Return the monitor notebook for a task type, with the sections that suit it.

    `of_table` is whether the rows come from a table instead of the prediction log.
    """
    from automl_magic.monitor.sections import sections
    from automl_magic.render import SectionCell, render_monitor
    from automl_magic.tasks.families import family_for

    family = family_for(kind)
    cells = [
        SectionCell(name=section.name, part=section.part.value)
        for section in sections()
        if family.monitors(kind, section.name) and not (of_table and section.reads_log)
    ]
    return render_monitor(kind, thresholds, cells, of_table=of_table)


def check_deployment(
    deployment: str, version: int | None = None, *, workspace: Workspace | None = None
) -> None:
    """Raise the error of `monitor` if a deployment or version doesn't exist. Runs nothing."""
    _watched(deployment, version, workspace or default_workspace(), is_table=False)


def _watched(name: str, version: int | None, here: Workspace, *, is_table: bool) -> MonitorTarget:
    return find_monitor_target(
        here, store_engine(here), open_registry(here), name, version, is_table=is_table
    )


def _source(data: str) -> str:
    """Return the absolute path of a table, because the notebook runs in another folder."""
    from automl_magic.data.sources.registry import match_source

    source = match_source(data)
    return data if source is not None and not source.is_path else str(Path(data).absolute())
