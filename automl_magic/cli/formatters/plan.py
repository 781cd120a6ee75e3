"""Plans as plain text."""

from __future__ import annotations

import shlex

from automl_magic.display.numbers import format_memory, format_seconds
from automl_magic.display.text import printable
from automl_magic.errors import shorten
from automl_magic.records import DecisionKind, Plan, Severity
from automl_magic.runs.outcome import PlanResult

# The finding on a text file that isn't UTF-8.
ENCODING_FINDING = "AM018"


def format_plan(result: PlanResult) -> str:
    """Format the decisions, findings and estimates of a plan, with the next command."""
    plan = result.plan
    task = f"{plan.task}, predict {plan.experiment.target!r}"
    lines = [
        f"Planned in {printable(result.folder)}. Nothing has run yet.",
        "",
        f"  data      {_data(plan)}",
        f"  task      {_format_choice(plan, DecisionKind.TASK, task)}",
        f"  metric    {_format_choice(plan, DecisionKind.METRIC, plan.metric)}",
        f"  split     {_format_choice(plan, DecisionKind.SPLIT, _split(plan))}",
        *(f"            {printable(reason, 200)}" for reason in _changed_split(plan)),
        f"  excludes  {_excluded(plan)}",
        f"  tries     {_candidates(plan)}",
        f"  estimate  {_estimate(plan)}",
    ]
    findings = [
        finding for finding in plan.dataset.findings if finding.severity is not Severity.INFO
    ]
    if findings:
        lines += ["", "Findings:"]
        lines += [
            f"  {finding.code}  {printable(finding.title, 100)}  {printable(finding.fix, 120)}"
            for finding in findings
        ]
    lines += [
        "",
        f"Review or edit {', '.join(_file_names(result))}.",
        f"Next: automl run {_quoted_folder(result)}",
    ]
    return "\n".join(lines)


def _quoted_folder(result: PlanResult) -> str:
    return printable(shlex.quote(str(result.folder)))


def _file_names(result: PlanResult) -> list[str]:
    return [printable(path.name) for path in (result.spec, *result.notebooks.values())]


def _data(plan: Plan) -> str:
    dataset = plan.dataset
    size = f"{dataset.n_rows:,} rows, {len(dataset.columns):,} columns"
    encodings = [f.evidence["encoding"] for f in dataset.findings if f.code == ENCODING_FINDING]
    return f"{printable(dataset.name, 60)}: {', '.join([size, *map(_read_as, encodings)])}"


def _read_as(encoding: str) -> str:
    return f"read as {printable(encoding, 40)}"


def _split(plan: Plan) -> str:
    split = plan.split
    # Groups and equal times aren't divided, so the rows can be another fraction than planned.
    n_rows = f"{plan.n_holdout:,} rows" if plan.n_holdout else f"{split.holdout:.0%}"
    holdout = f"{n_rows} held out" if split.holdout else "no holdout"
    by = f" by {split.column!r}" if split.column is not None else ""
    return f"{split.kind}{by}, {split.folds} folds, {holdout}"


def _changed_split(plan: Plan) -> list[str]:
    """Return why the split isn't the usual one, if the usual one couldn't be scored."""
    return [
        f"{decision.about} {decision.choice}: {decision.why}"
        for decision in plan.decisions
        if decision.usual_choice is not None and decision.about is not DecisionKind.SPLIT
    ]


def _format_choice(plan: Plan, about: DecisionKind, choice: str) -> str:
    reasons = [decision.why for decision in plan.decisions if decision.about == about]
    return printable(f"{choice}: {reasons[0]}" if reasons else choice, 200)


def _excluded(plan: Plan) -> str:
    """Format the names of the excluded columns. The plan has the reasons."""
    names = [decision.name for decision in plan.decisions if decision.excludes_column]
    return printable(shorten(names), 200) if names else "no column"


def _candidates(plan: Plan) -> str:
    estimators = list(dict.fromkeys(candidate.estimator for candidate in plan.candidates))
    return f"{len(plan.candidates)} candidates: {printable(shorten(estimators, 8))}"


def _estimate(plan: Plan) -> str:
    estimate = plan.estimate
    return (
        f"search up to {format_seconds(estimate.search_s)}, "
        f"overhead about {format_seconds(estimate.overhead_s)}, "
        f"memory {format_memory(estimate.memory_bytes)}, about {estimate.n_trials} trials"
    )
