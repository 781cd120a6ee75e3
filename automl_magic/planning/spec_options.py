"""Turn options of the command line, the magics or Python into an Experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automl_magic.errors import PlanError, WrongType
from automl_magic.records import ExperimentSpec, RecordProblem

# Options whose name differs from the field of the experiment file.
OPTION_OF_FIELD = {
    "objective": "metric",
    "budget_s": "budget",
    "exclude": "exclude",
    "include": "include",
    "missing": "missing",
    "kinds": "kind",
    "imbalance": "class-weight",
    "latency_ms_p95": "latency-ms",
}


def spec_from_options(
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
    include: Sequence[str] = (),
    missing: Mapping[str, Sequence[str]] | None = None,
    kinds: Mapping[str, str] | None = None,
    select: str | None = None,
    sensitive: Sequence[str] = (),
    cost_false_positive: float | None = None,
    cost_false_negative: float | None = None,
    latency_ms_p95: float | None = None,
    problem: str | None = None,
) -> ExperimentSpec:
    """Return the experiment for these options.

    Parameters
    ----------
    data, target : str
        Source of the table, and column to predict.
    task, metric : str, optional
        Task type, and scikit-learn metric. Default: inferred from the target.
    options : mapping, optional
        Options of the task type, by name.
    budget_s : float, seconds
        Wall-clock time of the search.
    folds, holdout, seed : int, float, int
        Number of folds, fraction of rows held out, and random seed.
    group, time : str, optional
        Column of groups that must not cross folds, or column that orders the rows in time.
    threads : int, optional
        Maximum number of threads per model.
    trials, sampler : int, str, optional
        Maximum number of trials, and `portfolio`, `random` or `tpe`.
    class_weight : bool
        Whether to weight classes equally.
    candidates : sequence of str, optional
        Candidates to try.
    exclude : sequence of str
        Columns to exclude.
    include : sequence of str
        Columns to use although a check or a sign of personal data excludes them.
    missing : mapping of str to sequence of str, optional
        Texts that are missing values, by column. The key `""` is for all other columns. Default:
        the texts that pandas reads as missing.
    kinds : mapping of str to str, optional
        Column kinds to use instead of the inferred ones.
    select : str, optional
        Feature selection: `auto`, `none`, `mutual_information` or `boruta`.
    sensitive : sequence of str
        Columns to measure fairness by.
    cost_false_positive, cost_false_negative : float, optional
        Costs of a false positive and a false negative, in any unit. They set the decision
        threshold.
    latency_ms_p95 : float, optional
        Latency limit per row, in milliseconds (95th percentile).
    problem : str, optional
        What the model is for, in a sentence or two.

    Raises
    ------
    PlanError
        If the target is missing, or both a group and a time column are given.
    WrongType
        If a value has the wrong type or is out of range. The error names the option.
    """
    if target is None:
        raise PlanError(
            "The target isn't set.",
            why="A search needs a column to predict.",
            fix="Add --target COLUMN.",
        )
    if group is not None and time is not None:
        raise PlanError(
            "Can't use --group and --time together.",
            why="Rows can be split by group or by time, not both.",
            fix="Remove one of the two options.",
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
            "include": list(include),
            "kinds": dict(kinds or {}),
            **({"select": select} if select is not None else {}),
        },
        "missing": _missing(missing or {}),
        "sensitive": list(sensitive),
        "constraints": {"latency_ms_p95": latency_ms_p95},
        "business": {
            "problem": problem,
            "cost_false_positive": cost_false_positive,
            "cost_false_negative": cost_false_negative,
        },
    }
    try:
        return ExperimentSpec.from_json(document)
    except RecordProblem as error:
        field = str(error.path[-1]) if error.path else "data"
        option = OPTION_OF_FIELD.get(field, field).replace("_", "-")
        raise WrongType(
            f"--{option} can't be {error.literal}.",
            why=f"It must be {error.expected}.",
            fix=f"Use --{option} {error.close}."
            if error.close
            else f"Set --{option} to another value.",
        ) from error


def _missing(words: Mapping[str, Sequence[str]]) -> dict[str, object]:
    columns = {name: list(texts) for name, texts in words.items() if name}
    return {"columns": columns, **({"all": list(words[""])} if "" in words else {})}
