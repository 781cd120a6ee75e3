"""Monitoring: a deployment, or a table → a run of the monitor notebook → its drift report."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic.errors import (
    AutomlMagicError,
    DeploymentNotFound,
    MonitorError,
    RunNotFound,
)
from automl_magic.records import Run, RunStatus
from automl_magic.runs.artifacts import artifact, find_run, model_folder
from automl_magic.runs.outcome import Outcome
from automl_magic.runs.plan_folder import plan_in
from automl_magic.runs.tracked_run import OnEvent, execute
from automl_magic.store.opened import store

if TYPE_CHECKING:
    from automl_magic.records.monitoring.drift import DriftReport, Thresholds

MODELS = "models:/"


@dataclass(frozen=True)
class Monitored:
    """A window that was judged, and the run that judged it.

    `report` and `path` are None where that run was cancelled.
    """

    name: str
    outcome: Outcome
    report: DriftReport | None
    path: Path | None

    def to_json(self) -> dict[str, Any]:
        breaches = self.report.breaches if self.report is not None else ()
        return {
            "run_id": self.outcome.run.run_id,
            "status": self.outcome.run.status.value,
            "name": self.name,
            "severity": self.report.severity.value if self.report is not None else None,
            "summary": self.report.summary if self.report is not None else None,
            "rows": self.report.n_rows if self.report is not None else None,
            "breaches": [one.to_json() for one in breaches],
            "report": str(self.path) if self.path else None,
            "notebook": str(self.outcome.notebook),
            "wall_s": round(self.outcome.wall_s, 3),
            "metrics": self.outcome.run.result.get("metrics", {}),
        }


@dataclass(frozen=True)
class _Watched:
    """Which model is watched, where it lies, and the run that found it, where that is known."""

    deployment: str | None
    model: str
    version: int | None
    folder: Path
    manifest_sha256: str | None
    search: Run | None


def monitor(
    name: str,
    *,
    since: float | None = None,
    until: float | None = None,
    window_s: float | None = None,
    version: int | None = None,
    data: str | None = None,
    thresholds: Mapping[str, Any] | None = None,
    on_event: OnEvent | None = None,
) -> Monitored:
    """Judge a window of a deployment, or a table, in a notebook and a run of its own.

    Parameters
    ----------
    name : str
        A deployment. With `data` also a run id or `models:/NAME@ALIAS`, for a model that is served
        elsewhere.
    since, until : float, optional
        Seconds since 1970. Left out: now, and `window_s` before it.
    window_s : float, optional
        Left out: what the deployment's monitor file says, which is a day if there is none.
    version : int, optional
        Whose answers are judged. Left out: the stable version's.
    data : path or `sklearn:NAME`, optional
        A table that is judged instead of the prediction log.
    thresholds : mapping, optional
        Fields of `records.monitoring.drift.Thresholds` that take the place of those of the monitor
        file, or else of the experiment (`business.degradation`).

    Raises
    ------
    DeploymentNotFound, ModelNotFound, RunNotFound, ArtifactTampered
        If there is no such model, or its files are not what was approved.
    MonitorError
        If there is no window, or the model has no reference.
    RunFailed
        If the notebook fails.
    """
    from automl_magic.monitor.words import moment
    from automl_magic.recipe.stored import load_recipe
    from automl_magic.records.monitoring.drift import DRIFT_NAME, DriftReport
    from automl_magic.render import render_monitor, to_text

    started = time.monotonic()
    watched = _find(name, version, data)
    start, end = _window(watched, since, until, window_s)
    parameters: dict[str, Any] = {
        "deployment": watched.deployment or "",
        "model": watched.model,
        "version": watched.version or 0,
        "model_dir": str(watched.folder),
        "manifest_sha256": watched.manifest_sha256 or "",
        "window_start": moment(start),
        "window_end": moment(end),
    }
    if data is not None:
        parameters["data_source"] = _source(data)
    recipe = load_recipe(watched.folder, watched.manifest_sha256)
    notebook = render_monitor(
        recipe.task, _thresholds(watched, thresholds), of_table=data is not None
    )
    with tempfile.TemporaryDirectory(prefix="automl-monitor-") as folder:
        path = Path(folder) / "monitor.ipynb"
        path.write_text(to_text(notebook), encoding="utf-8")
        outcome = execute(path, started, parameters, on_event)
    if outcome.run.status is not RunStatus.SUCCEEDED:
        return Monitored(name, outcome, None, None)
    report = DriftReport.from_json(artifact(outcome.run, DRIFT_NAME))
    return Monitored(name, outcome, report, Path(outcome.run.folder) / DRIFT_NAME)


def check(deployment: str, version: int | None = None) -> None:
    """Raise what `monitor` would raise of a deployment that is not there, and run nothing."""
    _find(deployment, version, None)


def _find(name: str, version: int | None, data: str | None) -> _Watched:
    from automl_magic.store.routes import read_deployment

    if data is not None and name.startswith(MODELS):
        return _of_registry(name)
    try:
        deployment, route = read_deployment(store(), name)
    except DeploymentNotFound:
        if data is None:
            raise
        return _of_run(name, version)
    chosen = route.stable if version is None else version
    folder, digest = _folder(route.model, chosen)
    return _Watched(
        deployment=deployment.name,
        model=route.model,
        version=chosen,
        folder=folder,
        manifest_sha256=digest,
        search=_search_of(route.model, chosen),
    )


def _of_registry(address: str) -> _Watched:
    from automl_magic.register import MlflowRegistry
    from automl_magic.register.registry import parse_address

    model, which = parse_address(address)
    found = MlflowRegistry().get(model, int(which) if which.isdigit() else which)
    return _Watched(
        deployment=None,
        model=found.name,
        version=found.version,
        folder=model_folder(address),
        manifest_sha256=found.manifest_sha256,
        search=_run(found.run_id),
    )


def _of_run(name: str, version: int | None) -> _Watched:
    try:
        run = find_run(name)
    except RunNotFound as error:
        raise MonitorError(
            f"There is no deployment, and no run, called {name[:80]!r}.",
            why="A table is judged against the model of one of them.",
            fix="Name a deployment, a run (automl runs) or models:/NAME@ALIAS (automl models).",
        ) from error
    if version is not None:
        raise MonitorError(
            f"The model of run {run.run_id} has no version.",
            why="Only a registered model has versions.",
            fix="Leave --version out.",
        )
    return _Watched(None, run.run_id, None, model_folder(run.run_id), None, run)


def _folder(model: str, version: int) -> tuple[Path, str | None]:
    """Return the folder of a version's approved bytes, or of the registry's, and their digest."""
    from automl_magic.store.approvals import approval_of
    from automl_magic.store.staged import staged_folder

    found = approval_of(store(), model, version)
    if found is not None:
        said = found.approval.statement
        if (staged := staged_folder(said)).is_dir():
            return staged, said.manifest_sha256
    return model_folder(f"{MODELS}{model}/{version}"), (
        found.approval.statement.manifest_sha256 if found else None
    )


def _search_of(model: str, version: int) -> Run | None:
    """Return the run that found a version; None where this machine knows nothing of it."""
    from automl_magic.register import MlflowRegistry

    try:
        return _run(MlflowRegistry().get(model, version).run_id)
    except AutomlMagicError:
        return None


def _run(run_id: str) -> Run | None:
    try:
        return find_run(run_id)
    except RunNotFound:
        return None


def _window(
    watched: _Watched, since: float | None, until: float | None, window_s: float | None
) -> tuple[float, float]:
    from automl_magic.monitor.alerts import monitor_of

    end = time.time() if until is None else until
    if since is not None:
        start = since
    else:
        start = end - (window_s or monitor_of(watched.deployment or watched.model).window_s)
    if not start < end:
        raise MonitorError(
            "The window is empty.",
            why="It ends before it starts, or where it starts.",
            fix="Give a --since that lies before --until, such as --window 24h.",
        )
    return start, end


def _thresholds(watched: _Watched, given: Mapping[str, Any] | None) -> Thresholds:
    from automl_magic.monitor.alerts import monitor_of
    from automl_magic.records.monitoring.drift import Thresholds

    of_file = monitor_of(watched.deployment).thresholds if watched.deployment else None
    if of_file is None:
        of_file = Thresholds()
        made = plan_in(Path(watched.search.folder)) if watched.search else None
        if made is not None:
            asked = made.experiment.business.degradation
            of_file = dataclasses.replace(of_file, yellow=asked.yellow, red=asked.red)
    return Thresholds.from_json({**of_file.to_json(), **(given or {})})


def _source(data: str) -> str:
    """Return where a table lies, for a notebook that runs in a folder of its own."""
    return data if data.startswith("sklearn:") else str(Path(data).absolute())
