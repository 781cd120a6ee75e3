"""Retraining: train a challenger with new rows and compare it with the champion."""

from __future__ import annotations

import os
import shlex
import time
from typing import TYPE_CHECKING

from automl_magic import flow
from automl_magic.errors import DataError, IncompatibleSchema, MonitorError, RunFailed
from automl_magic.files.atomic import translate_write_errors
from automl_magic.flow import governance, serving
from automl_magic.records import RunStatus
from automl_magic.records.monitoring.retrain import RETRAIN_NAME, RetrainReport, Trigger
from automl_magic.runs.artifacts import (
    find_run,
    missing_artifact_error,
    model_folder,
    read_artifact,
    verified_artifact,
)
from automl_magic.runs.backends import open_registry
from automl_magic.runs.outcome import CANARY_PERCENT, RetrainResult
from automl_magic.runs.plan_folder import SPEC_NAME, find_plan
from automl_magic.runs.tracked_run import OnEvent, execute_tracked
from automl_magic.store.opened import predictions_engine, store_engine
from automl_magic.workspace import Workspace, default_workspace

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.monitor.retrain.challenger import RetrainingTables
    from automl_magic.monitor.retrain.champion import Champion, ProvidedTable
    from automl_magic.monitor.retrain.new_rows import RetrainingData
    from automl_magic.records import ModelVersion, Plan
    from automl_magic.records.data.missing import MissingWords
    from automl_magic.render import ChallengerSpec
    from automl_magic.runs.outcome import FinishedRun

CHALLENGER = "challenger"


def retrain(
    deployment: str,
    data: str | os.PathLike[str] | pd.DataFrame | None = None,
    *,
    budget_s: float | None = None,
    trigger: Trigger = Trigger.HAND,
    on_event: OnEvent | None = None,
    workspace: Workspace | None = None,
) -> RetrainResult:
    """Train a challenger for a deployment and compare it with the champion on recent rows.

    New rows are the logged predictions with outcomes, and `data`. The oldest are appended to the
    champion's table, and the champion's plan searches again. The newest score both models. A better
    challenger is registered with the alias `challenger` and waits for approval. The deployment
    doesn't change.

    Parameters
    ----------
    deployment : str
        Name of the deployment.
    data : path, `SCHEME:NAME` or DataFrame, optional
        A table with the target and all columns that the champion reads.
    budget_s : float, seconds, optional
        Time limit of the search. Default: the value in the monitor file, or the champion's budget.
    trigger : Trigger
        What started the retraining.
    on_event : callable, optional
        Called with each event of the run.
    workspace : Workspace, optional
        Default: the workspace of the environment.

    Raises
    ------
    DeploymentNotFound, ModelNotFound, ArtifactTampered, DataError
        If there's no champion, or its table or the new one can't be read.
    MonitorError
        If it can't start now, or there are too few new rows.
    RunFailed
        If the notebook fails.
    """
    from automl_magic.monitor.alerts import load_monitor
    from automl_magic.monitor.retrain import refusal_reason, start_retraining
    from automl_magic.monitor.retrain.champion import gather_rows
    from automl_magic.monitor.retrain.completion import retrain_failed, retrain_succeeded

    here = workspace or default_workspace()
    monitor, engine = load_monitor(deployment, here.home), store_engine(here)
    policy = monitor.retrain
    if (why := refusal_reason(engine, deployment, policy, trigger, now=time.time())) is not None:
        raise MonitorError(
            f"Can't retrain {deployment} now.", why=why, fix="List runs: automl runs"
        )
    champion = _load_champion(deployment, here)
    provided = _provided(data, champion.plan.dataset.missing)
    rows = gather_rows(
        predictions_engine(here), champion, provided, min_rows=policy.min_rows, home=here.home
    )
    job_id = start_retraining(engine, deployment, policy, trigger, detail="", now=time.time())
    try:
        result = _train_challenger(
            champion, rows, job_id, budget_s or policy.budget_s, on_event, here=here
        )
    except BaseException as error:
        retrain_failed(engine, monitor, job_id, error, now=time.time())
        raise
    run_id = result.outcome.run.run_id
    retrain_succeeded(
        engine,
        monitor,
        job_id,
        result.report,
        result.version,
        run_id=run_id,
        secret_of=here.secret,
        now=time.time(),
    )
    return result


def retrain_if_due(deployment: str, *, workspace: Workspace | None = None) -> str | None:
    """Retrain a deployment if its monitor file requires it now.

    A critical alert of a kind in `retrain.on`, or `retrain.every`, starts a retraining. If
    `retrain.promote` is `if_better`, an approved challenger becomes a canary.

    Returns
    -------
    str or None
        A sentence about what was done, or None if nothing was due.

    Raises
    ------
    AutomlMagicError
        If the retraining failed.
    """
    from automl_magic.monitor.alerts import load_monitor
    from automl_magic.monitor.retrain.triggers import approved_challenger, due_retraining

    here = workspace or default_workspace()
    policy, engine = load_monitor(deployment, here.home).retrain, store_engine(here)
    incompatible: str | None = None
    if (version := approved_challenger(engine, deployment, policy)) is not None:
        why = "retrain.promote: if_better, and approved"
        try:
            serving.canary(deployment, version, CANARY_PERCENT, why, workspace=here)
        except IncompatibleSchema as error:  # until a person accepts it, or there's a better one
            incompatible = f"{error.what} {error.why} {error.fix}"
        else:
            return (
                f"Version {version} is approved and now serves {CANARY_PERCENT:.0f}% of the "
                f"requests of {deployment}."
            )
    due = due_retraining(engine, deployment, policy, now=time.time())
    if due is None:
        return incompatible
    try:
        result = retrain(deployment, trigger=due.trigger, workspace=here)
    except MonitorError as error:
        return f"Couldn't retrain {deployment} ({due.why}): {error.what} {error.why}"
    return f"Retrained {deployment} ({due.why}): {result.report.why}"


def _load_champion(deployment: str, here: Workspace) -> Champion:
    from automl_magic.data import load
    from automl_magic.monitor.retrain.champion import Champion
    from automl_magic.store.routes import read_deployment

    spec, route = read_deployment(store_engine(here), deployment)
    version = open_registry(here).get(route.model, route.stable)
    folder = model_folder(version.uri, here)
    run = find_run(version.run_id, here)
    plan = find_plan(verified_artifact(run, "plan.json").parent)
    if plan is None:
        raise missing_artifact_error(run, "plan.json")
    try:
        table = load(plan.dataset.source, missing=plan.dataset.missing)
    except DataError as error:
        raise MonitorError(
            f"Can't read the champion's table {plan.dataset.source!r}.",
            why=f"{error.what} {error.why}",
            fix="Restore the table. The challenger is trained on the old rows too.",
        ) from error
    return Champion(spec, route, folder, plan, table)


def _provided(
    data: str | os.PathLike[str] | pd.DataFrame | None, missing: MissingWords
) -> ProvidedTable | None:
    """Return the table in `data`, which is loaded later, after the prediction log."""
    from automl_magic.data import load
    from automl_magic.data.not_a_frame import check_is_frame
    from automl_magic.monitor.retrain.champion import ProvidedTable

    if data is None:
        return None
    if isinstance(data, str | os.PathLike):
        source = os.fspath(data)
        return ProvidedTable(source, lambda: load(source, missing=missing))
    check_is_frame(data)
    table = data
    return ProvidedTable("the given table", lambda: table)


def _train_challenger(
    champion: Champion,
    rows: RetrainingData,
    job_id: int,
    budget_s: float | None,
    on_event: OnEvent | None,
    *,
    here: Workspace,
) -> RetrainResult:
    from automl_magic.monitor.retrain.challenger import write_tables
    from automl_magic.monitor.retrain.champion import learned_prediction_ids
    from automl_magic.render import render_retrain, to_text

    started, route = time.monotonic(), champion.route
    folder = here.home / "retrain" / f"{route.deployment}-{job_id}"
    with translate_write_errors(folder):
        tables = write_tables(folder, rows, learned_prediction_ids(champion.plan))
    plan = _plan_challenger(champion.plan, rows, tables, budget_s, here)
    notebook = folder / "retrain.ipynb"
    with translate_write_errors(folder):
        text = to_text(render_retrain(plan, _challenge(champion, rows, tables)))
        notebook.write_text(text, encoding="utf-8")
    outcome = execute_tracked(notebook, started, {}, on_event, here)
    if outcome.run.status is not RunStatus.SUCCEEDED:
        raise _stopped_error(outcome, route.deployment)
    report = RetrainReport.from_json(read_artifact(outcome.run, RETRAIN_NAME))
    if not report.comparison.is_better:
        return RetrainResult(outcome, report, None)
    return RetrainResult(
        outcome, report, _register_challenger(outcome.run.run_id, route.model, report.why, here)
    )


def _plan_challenger(
    plan: Plan,
    rows: RetrainingData,
    tables: RetrainingTables,
    budget_s: float | None,
    here: Workspace,
) -> Plan:
    """Plan the search on the new table."""
    from automl_magic.monitor.retrain.challenger import challenger_experiment
    from automl_magic.planning import format_spec

    folder = tables.training.parent
    experiment = challenger_experiment(plan, rows, tables, budget_s)
    with translate_write_errors(folder):
        (folder / SPEC_NAME).write_text(format_spec(experiment), encoding="utf-8")
    return flow.plan(folder / SPEC_NAME, folder=folder, workspace=here).plan


def _challenge(
    champion: Champion, rows: RetrainingData, tables: RetrainingTables
) -> ChallengerSpec:
    """Return the notebook's inputs: the champion and the rows."""
    from automl_magic.render import ChallengerSpec

    return ChallengerSpec(
        deployment=champion.route.deployment,
        model=champion.route.model,
        champion=champion.route.stable,
        champion_dir=str(champion.folder),
        recent_source=str(tables.recent),
        answers_source=""
        if tables.champion_predictions is None
        else str(tables.champion_predictions),
        sources=rows.sources,
        excluded=rows.excluded,
    )


def _register_challenger(run_id: str, model: str, why: str, here: Workspace) -> ModelVersion:
    """Register a challenger with its alias. The alias isn't served, so it needs no approval."""
    version = flow.register(run_id, model, workspace=here)
    governance.promote(model, version.version, CHALLENGER, why, workspace=here)
    return governance.resolve_version(model, version.version, workspace=here)


def _stopped_error(outcome: FinishedRun, deployment: str) -> RunFailed:
    return RunFailed(
        f"Run {outcome.run.run_id} was stopped.",
        why="It was cancelled before it had a challenger.",
        fix=f"Retrain again: automl retrain {shlex.quote(deployment)}",
        kind="cancelled",
        cell_id=None,
    )
