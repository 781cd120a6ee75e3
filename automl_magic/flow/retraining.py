"""Retraining: new rows → a challenger, compared with the champion; a person decides."""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_magic import flow
from automl_magic.errors import AutomlMagicError, DataError, MonitorError, RunFailed
from automl_magic.files.atomic import writing_to
from automl_magic.records import RunStatus
from automl_magic.records.monitoring.retrain import RETRAIN_NAME, Retraining, RetrainStatus, Trigger
from automl_magic.runs.artifacts import artifact, find_run, has_no, model_folder, verified
from automl_magic.runs.plan_folder import SPEC_NAME, plan_in
from automl_magic.runs.tracked_run import OnEvent, execute
from automl_magic.store.opened import predicted, store
from automl_magic.workspace.places import home

if TYPE_CHECKING:
    import pandas as pd

    from automl_magic.monitor.retrain.fresh import Together
    from automl_magic.records import ModelVersion, Plan
    from automl_magic.records.models.deployment import Deployment, Route
    from automl_magic.runs.outcome import Outcome

CHALLENGER = "challenger"
CANARY_PERCENT = 10.0
ANSWERS_NAME = "champion.parquet"
LEARNED_NAME = "learned-predictions.json"


@dataclass(frozen=True)
class Retrained:
    """A challenger. `version` is None where it is not better, and was not registered."""

    outcome: Outcome
    found: Retraining
    version: ModelVersion | None

    @property
    def next_steps(self) -> tuple[str, ...]:
        """The commands to type now."""
        if self.version is None:
            return (f"automl leaderboard {self.outcome.run.run_id}",)
        model, number = shlex.quote(self.version.name), self.version.version
        name, percent = shlex.quote(self.found.deployment), f"{CANARY_PERCENT:.0f}"
        return (
            f"automl approve {model} {number}",
            f"automl route {name} --canary {number} --percent {percent}",
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "run_id": self.outcome.run.run_id,
            "status": self.outcome.run.status.value,
            "notebook": str(self.outcome.notebook),
            "wall_s": round(self.outcome.wall_s, 3),
            **self.found.to_json(),
            "version": self.version.version if self.version else None,
            "next_steps": list(self.next_steps),
        }


@dataclass(frozen=True)
class _Champion:
    """The version that serves, its files, and the plan and the table that it was made from."""

    deployment: Deployment
    route: Route
    folder: Path
    plan: Plan
    table: pd.DataFrame


def retrain(
    deployment: str,
    data: str | os.PathLike[str] | pd.DataFrame | None = None,
    *,
    budget_s: float | None = None,
    trigger: Trigger = Trigger.HAND,
    on_event: OnEvent | None = None,
) -> Retrained:
    """Make a challenger for the model of a deployment, and compare the two on recent rows.

    New rows are the logged predictions whose outcome is known, and `data`. The oldest of them are
    appended to the table that the champion was made from, and searched by the champion's own plan;
    the newest measure both models. A challenger that is better is registered, gets the alias
    `challenger`, and waits for an approval: nothing that serves is changed here.

    Parameters
    ----------
    data : path, `sklearn:NAME` or DataFrame, optional
        A table with the target, and all columns that the champion reads.
    budget_s : float, optional
        Wall-clock seconds of the search. By default those of the monitor file, or else those of
        the champion's experiment.

    Raises
    ------
    DeploymentNotFound, ModelNotFound, ArtifactTampered, DataError
        If there is no champion, or its table or the new one cannot be read.
    MonitorError
        If it may not begin now, or there are too few new rows.
    RunFailed
        If the notebook fails.
    """
    from automl_magic.monitor.alerts import monitor_of
    from automl_magic.monitor.retrain import begin, refusal

    policy, engine = monitor_of(deployment).retrain, store()
    if (why := refusal(engine, deployment, policy, trigger, at=time.time())) is not None:
        raise _not_now(deployment, why)
    champion = _champion(deployment)
    together = _gathered(champion, data, policy.min_rows)
    began = begin(engine, deployment, policy, trigger, detail="", at=time.time())
    try:
        made = _made(champion, together, began, budget_s or policy.budget_s, on_event)
    except BaseException as error:
        _ended(deployment, began, error=error)
        raise
    _ended(deployment, began, made=made)
    return made


def retrain_if_asked(deployment: str) -> str | None:
    """Do what the monitor file says about retraining, if now is the time; say what was done.

    A critical alert of a kind in `retrain.on`, or `retrain.every`, starts a retraining. Where
    `retrain.promote` is `if_better`, a challenger that a person has approved becomes a canary.

    Raises
    ------
    AutomlMagicError
        If it was tried, and failed.
    """
    from automl_magic.monitor.alerts import alerts_of, monitor_of
    from automl_magic.monitor.retrain import newest, refusal, triggered_by

    policy, engine, at = monitor_of(deployment).retrain, store(), time.time()
    if (canary := _canary_if_approved(deployment)) is not None:
        return canary
    last, trigger, why = newest(engine, deployment), None, ""
    if (alert := triggered_by(policy, alerts_of(engine, deployment))) is not None:
        trigger, why = Trigger.ALERT, alert.key
    elif policy.every_s and last is not None and at - last.started_at >= policy.every_s:
        trigger, why = Trigger.SCHEDULE, f"every {policy.every_s:.0f} s"
    if trigger is None or refusal(engine, deployment, policy, trigger, at=at) is not None:
        return None
    try:
        made = retrain(deployment, trigger=trigger)
    except MonitorError as error:
        return f"{deployment} is not trained anew ({why}): {error.what} {error.why}"
    return f"{deployment} was trained anew ({why}): {made.found.why}"


def _champion(deployment: str) -> _Champion:
    from automl_magic.data import load
    from automl_magic.register import MlflowRegistry
    from automl_magic.store.routes import read_deployment

    asked, route = read_deployment(store(), deployment)
    version = MlflowRegistry().get(route.model, route.stable)
    folder = model_folder(version.uri)
    run = find_run(version.run_id)
    made = plan_in(verified(run, "plan.json").parent)
    if made is None:
        raise has_no(run, "plan.json")
    try:
        table = load(made.dataset.source)
    except DataError as error:
        raise MonitorError(
            f"The champion's table {made.dataset.source!r} cannot be read any more.",
            why=f"{error.what} {error.why}",
            fix="Put it back where it was; a challenger learns from the old rows too.",
        ) from error
    return _Champion(asked, route, folder, made, table)


def _gathered(
    champion: _Champion, data: str | os.PathLike[str] | pd.DataFrame | None, min_rows: int
) -> Together:
    from automl_magic.data import load
    from automl_magic.monitor.logged import hidden_columns
    from automl_magic.monitor.model import load_watched
    from automl_magic.monitor.retrain import given_rows, logged_rows, put_together

    plan, watched = champion.plan, load_watched(champion.folder)
    target, split = plan.experiment.target, plan.split.column
    # What the champion does not read is in no request, and in no log.
    read = {column.name for column in watched.schema.columns}
    needed = {*read, target, *([split] if split else [])}
    table = champion.table[[column for column in champion.table.columns if column in needed]]
    hidden = hidden_columns(champion.deployment, watched)
    fresh = []
    logged = logged_rows(
        predicted(),
        champion.deployment.name,
        table,
        target,
        hidden=hidden,
        learned=_learned(plan),
        version=champion.route.stable,
        before=time.time(),
    )
    # Of a column that the log does not keep, a table that is given is the better witness.
    is_whole = not read & hidden or data is None
    if len(logged.table) and is_whole and (split is None or split in read - hidden):
        fresh.append(logged)
    if data is not None:
        if isinstance(data, str | os.PathLike):
            given, name = load(os.fspath(data)), os.fspath(data)
        else:
            given, name = data, "the given table"
        fresh.append(given_rows(given, table, target, name))
    return put_together(
        table,
        fresh,
        target,
        min_rows=min_rows if data is None else 1,
        is_classification=plan.task.is_classification,
        time_column=plan.split.column,
    )


def _learned(plan: Plan) -> frozenset[str]:
    """Return the logged predictions that a challenger's table holds, by their ids."""
    try:
        return frozenset(json.loads(Path(plan.dataset.source).with_name(LEARNED_NAME).read_bytes()))
    except (OSError, ValueError):  # a first model has learned from no log
        return frozenset()


def _made(
    champion: _Champion,
    together: Together,
    began: int,
    budget_s: float | None,
    on_event: OnEvent | None,
) -> Retrained:
    from automl_magic.render import Challenge, render_retrain, to_text

    started, route = time.monotonic(), champion.route
    where = home() / "retrain" / f"{route.deployment}-{began}"
    with writing_to(where):
        where.mkdir(parents=True, mode=0o700)
        for name in ("training", "recent"):
            getattr(together, name).to_parquet(where / f"{name}.parquet")
        if together.answers is not None:
            together.answers.set_axis(
                [f"{i}" for i in range(together.answers.shape[1])], axis="columns"
            ).to_parquet(where / ANSWERS_NAME)
        ids = [*_learned(champion.plan), *together.learned_ids]
        (where / LEARNED_NAME).write_text(json.dumps(ids), encoding="utf-8")
    planned = _planned(champion.plan, together, where, budget_s)
    challenge = Challenge(
        deployment=route.deployment,
        model=route.model,
        champion=route.stable,
        champion_dir=str(champion.folder),
        recent_source=str(where / "recent.parquet"),
        answers_source="" if together.answers is None else str(where / ANSWERS_NAME),
        sources=together.sources,
        excluded=together.excluded,
    )
    notebook = where / "retrain.ipynb"
    with writing_to(where):
        notebook.write_text(to_text(render_retrain(planned, challenge)), encoding="utf-8")
    outcome = execute(notebook, started, {}, on_event)
    if outcome.run.status is not RunStatus.SUCCEEDED:
        raise RunFailed(
            f"Run {outcome.run.run_id} was stopped.",
            why="It was cancelled before there was a challenger.",
            fix=f"automl retrain {shlex.quote(route.deployment)}",
            kind="cancelled",
            cell_id=None,
        )
    found = Retraining.from_json(artifact(outcome.run, RETRAIN_NAME))
    if not found.comparison.is_better:
        return Retrained(outcome, found, None)
    return Retrained(outcome, found, _registered(outcome.run.run_id, route.model, found.why))


def _registered(run_id: str, model: str, why: str) -> ModelVersion:
    """Register a challenger under its alias, which needs no approval: nothing serves by it."""
    from automl_magic.flow import governance

    version = flow.register(run_id, model)
    governance.promote(model, version.version, CHALLENGER, why)
    return governance.version_of(model, version.version)


def _planned(plan: Plan, together: Together, where: Path, budget_s: float | None) -> Plan:
    """Plan the search on the new table: what was asked for the champion, its columns as they were.

    A column that the log does not keep is in no table any more, and in no field of the experiment.
    """
    from automl_magic.planning import format_spec

    asked = plan.experiment
    there = {str(column) for column in together.training.columns}
    kinds = {one.name: one.kind.value for one in plan.dataset.columns if one.name in there}
    kinds.pop(asked.target, None)
    experiment = dataclasses.replace(
        asked,
        data=str(where / "training.parquet"),
        task=plan.task,
        objective=plan.metric,
        budget_s=budget_s or asked.budget_s,
        features=dataclasses.replace(
            asked.features,
            exclude=tuple(name for name in asked.features.exclude if name in there),
            kinds={**kinds, **asked.features.kinds},
        ),
        sensitive=tuple(name for name in asked.sensitive if name in there),
    )
    spec = where / SPEC_NAME
    with writing_to(where):
        spec.write_text(format_spec(experiment), encoding="utf-8")
    return flow.plan(spec, folder=where).plan


def _ended(
    deployment: str,
    began: int,
    *,
    made: Retrained | None = None,
    error: BaseException | None = None,
) -> None:
    """Write down how it ended, and tell whoever must know."""
    from automl_magic.monitor.alerts import deliver, event, monitor_of, observe
    from automl_magic.monitor.alerts.observed import calm
    from automl_magic.monitor.retrain import end
    from automl_magic.records.monitoring.alert import AlertKind, AlertSeverity

    at, engine, monitor = time.time(), store(), monitor_of(deployment)
    if made is None:
        words = f"{error.what} {error.why}" if isinstance(error, AutomlMagicError) else repr(error)
        end(engine, began, status=RetrainStatus.FAILED, detail=words, at=at)
        failed = event(deployment, AlertKind.RETRAIN_FAILED, "retrain", words, at=at)
        observe(engine, monitor, failed, at=at)
        return
    end(
        engine,
        began,
        status=RetrainStatus.SUCCEEDED,
        detail=made.found.why,
        at=at,
        run_id=made.outcome.run.run_id,
        challenger=made.version.version if made.version else None,
    )
    observe(engine, monitor, calm(deployment, AlertKind.RETRAIN_FAILED, at=at), at=at)
    if made.version is not None:
        wanted = event(
            deployment,
            AlertKind.APPROVAL_WANTED,
            f"{made.version.name} {made.version.version}",
            made.found.why,
            at=at,
            severity=AlertSeverity.WARNING,
            link=made.found.link,
        )
        observe(engine, monitor, wanted, at=at)
    deliver(engine, monitor, at=at)


def _canary_if_approved(deployment: str) -> str | None:
    """Let an approved challenger answer a tenth of the requests, where the policy says so."""
    from automl_magic.flow import serving
    from automl_magic.monitor.alerts import monitor_of
    from automl_magic.monitor.retrain import newest
    from automl_magic.records.monitoring.retrain import Promote
    from automl_magic.store.approvals import approval_of
    from automl_magic.store.routes import history, read_route

    if monitor_of(deployment).retrain.promote is not Promote.IF_BETTER:
        return None
    last = newest(store(), deployment)
    if last is None or last.challenger is None:
        return None
    route = read_route(store(), deployment)
    has_served = any(last.challenger in old.route.versions for old in history(store(), deployment))
    if route.canary is not None or has_served:
        return None
    # Asked for here and not left to the route: on a laptop to serve a version is to approve it.
    approved = approval_of(store(), route.model, last.challenger)
    if approved is None or approved.revoked_at is not None:
        return None
    why = "retrain.promote: if_better, and approved"
    serving.canary(deployment, last.challenger, CANARY_PERCENT, why)
    return (
        f"Version {last.challenger} was approved, and answers {CANARY_PERCENT:.0f} % of the "
        f"requests of {deployment} now."
    )


def _not_now(deployment: str, why: str) -> MonitorError:
    return MonitorError(
        f"{deployment} is not trained anew now.",
        why=why,
        fix="See what goes on: automl runs",
    )
