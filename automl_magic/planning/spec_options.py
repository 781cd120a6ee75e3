"""From the options of a front door to an Experiment: one list of words for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_magic.errors import PlanError, WrongType
from automl_magic.records import Experiment, RecordProblem

# Where an option differs in name from the field of the experiment file that it fills.
OPTION_OF_FIELD = {
    "objective": "metric",
    "budget_s": "budget",
    "exclude": "exclude",
    "kinds": "kind",
    "imbalance": "class-weight",
    "latency_ms_p95": "latency-ms",
}


def asked(
    data: str,
    target: str | None,
    *,
    task: str | None = None,
    options: Mapping[str, str | int | float | bool | None] | None = None,
    metric: str | None = None,
    budget_s: float = 60.0,
    folds: int | None = None,
    holdout: float | None = None,
    seed: int = 0,
    group: str | None = None,
    time: str | None = None,
    threads: int | None = None,
    trials: int | None = None,
    sampler: str | None = None,
    class_weight: bool = False,
    candidates: Sequence[str] | None = None,
    exclude: Sequence[str] = (),
    kinds: Mapping[str, str] | None = None,
    select: str | None = None,
    sensitive: Sequence[str] = (),
    cost_false_positive: float | None = None,
    cost_false_negative: float | None = None,
    latency_ms_p95: float | None = None,
    problem: str | None = None,
) -> Experiment:
    """Return the experiment that these options ask for.

    Parameters
    ----------
    data, target
        The table's source and the column to predict.
    task, metric
        The name of a kind of task; a scikit-learn metric. Inferred if left out.
    options
        What some kinds of task ask besides, by name.
    budget_s
        Wall-clock seconds of the search.
    folds, holdout, seed
        The split: number of folds, fraction of rows held out, seed of every random choice.
    group, time
        A column whose values never cross folds, or a column that orders the rows in time.
    threads
        Threads a model may use.
    trials, sampler
        Stop after so many trials; `portfolio`, `random` or `tpe`.
    class_weight
        Whether rare classes weigh as much as frequent ones.
    candidates, exclude, kinds, sensitive
        Candidates to try; columns to leave out; column kinds to use instead of the inferred ones;
        columns that fairness is measured by.
    select
        Which features are kept: `auto`, `none`, `mutual_information` or `boruta`.
    cost_false_positive, cost_false_negative
        What a wrong yes and a wrong no cost, in any unit; together they choose the threshold.
    latency_ms_p95
        The longest that one row may take to predict, in milliseconds, in 95 of 100 rows.
    problem
        What the model is for, in a sentence or two.

    Raises
    ------
    PlanError
        If the target is missing, or both a group and a time column are given.
    WrongType
        If a value has the wrong type or is out of range; the error names the option.
    """
    if target is None:
        raise PlanError(
            "No target was given.",
            why="A model needs to know which column to predict.",
            fix="Add --target COLUMN.",
        )
    if group is not None and time is not None:
        raise PlanError(
            "Both --group and --time were given.",
            why="Rows are kept apart by group or by time, not by both.",
            fix="Keep one of the two.",
        )
    split = (
        {"type": "grouped"} if group is not None else {"type": "time"} if time is not None else {}
    )
    document = {
        "data": data,
        "target": target,
        "task": task,
        "options": dict(options or {}),
        "objective": metric,
        "budget_s": budget_s,
        "threads": threads,
        "cv": {**split, "column": group or time, "folds": folds, "holdout": holdout, "seed": seed},
        "hpo": {"trials": trials, **({"sampler": sampler} if sampler is not None else {})},
        "imbalance": "class_weight" if class_weight else "none",
        "candidates": list(candidates) if candidates is not None else None,
        "features": {
            "exclude": list(exclude),
            "kinds": dict(kinds or {}),
            **({"select": select} if select is not None else {}),
        },
        "sensitive": list(sensitive),
        "constraints": {"latency_ms_p95": latency_ms_p95},
        "business": {
            "problem": problem,
            "cost_false_positive": cost_false_positive,
            "cost_false_negative": cost_false_negative,
        },
    }
    try:
        return Experiment.from_json(document)
    except RecordProblem as found:
        field = str(found.path[-1]) if found.path else "data"
        option = OPTION_OF_FIELD.get(field, field).replace("_", "-")
        value = found.found.removeprefix("the number ").removeprefix("the text ")
        raise WrongType(
            f"--{option} cannot be {value}.",
            why=f"It must be {found.expected}.",
            fix=f"Use --{option} {found.close}."
            if found.close
            else f"Give --{option} another value.",
        ) from found
