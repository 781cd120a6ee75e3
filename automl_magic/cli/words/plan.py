"""What was planned, in plain text."""

from __future__ import annotations

import shlex

from automl_magic.errors import shorten
from automl_magic.look.numbers import seconds, size
from automl_magic.look.text import safe
from automl_magic.records import DecisionKind, Plan, Severity
from automl_magic.runs.outcome import Planned


def planned(made: Planned) -> str:
    """Say what was decided and why, what was noticed, what it will take, and what to type next."""
    plan = made.plan
    task = f"{plan.task}, predict {plan.experiment.target!r}"
    lines = [
        f"Planned in {safe(made.folder)}. Nothing has run.",
        "",
        f"  data      {_data(plan)}",
        f"  task      {_chosen(plan, DecisionKind.TASK, task)}",
        f"  metric    {_chosen(plan, DecisionKind.METRIC, plan.metric)}",
        f"  split     {_chosen(plan, DecisionKind.SPLIT, _split(plan))}",
        f"  leaves out {_left_out(plan)}",
        f"  tries     {_candidates(plan)}",
        f"  estimate  {_estimate(plan)}",
    ]
    noticed = [f for f in plan.dataset.findings if f.severity is not Severity.INFO]
    if noticed:
        lines += ["", "Noticed:"]
        lines += [f"  {f.code}  {safe(f.title, 100)}  {safe(f.fix, 120)}" for f in noticed]
    lines += ["", f"Read or edit {', '.join(_names(made))}; then: automl run {_typed(made)}"]
    return "\n".join(lines)


def _typed(made: Planned) -> str:
    return safe(shlex.quote(str(made.folder)))


def _names(made: Planned) -> list[str]:
    return [safe(path.name) for path in (made.spec, *made.notebooks.values())]


def _data(plan: Plan) -> str:
    dataset = plan.dataset
    return f"{safe(dataset.name, 60)}: {dataset.n_rows:,} rows, {len(dataset.columns):,} columns"


def _split(plan: Plan) -> str:
    split = plan.split
    holdout = f"{split.holdout:.0%} held out" if split.holdout else "no holdout"
    by = f" by {split.column!r}" if split.column is not None else ""
    return f"{split.kind}{by}, {split.folds} folds, {holdout}"


def _chosen(plan: Plan, about: DecisionKind, choice: str) -> str:
    whys = [decision.why for decision in plan.decisions if decision.about == about]
    return safe(f"{choice}: {whys[0]}" if whys else choice, 200)


def _left_out(plan: Plan) -> str:
    """Name the columns that no model sees; the plan says why of each."""
    names = [decision.name for decision in plan.decisions if decision.excludes_column]
    return safe(shorten(names), 200) if names else "no column"


def _candidates(plan: Plan) -> str:
    estimators = list(dict.fromkeys(candidate.estimator for candidate in plan.candidates))
    return f"{len(plan.candidates)} candidates of {safe(shorten(estimators, 8))}"


def _estimate(plan: Plan) -> str:
    estimate = plan.estimate
    return (
        f"at most {seconds(estimate.search_s)} of search and about {seconds(estimate.overhead_s)} "
        f"around it, {size(estimate.memory_bytes)} of memory, about {estimate.n_trials} trials"
    )
