"""The steps of a search, in order: the cells of a search notebook, and what `flow.search` runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from automl_magic.records import Plan
from automl_magic.tasks.target import target_rule

# Each member is a cell of the standalone notebook, and more members hardly improve the score.
MAX_MEMBERS = 8


@dataclass(frozen=True, kw_only=True)
class SearchStep:
    """One engine call.

    Attributes
    ----------
    name : str
        The id of its cell, and the name of its template piece.
    call : str
        A name in `automl_magic.learn`.
    inputs : tuple of str
        The positional arguments: the table, the views, the candidates, or results of earlier steps.
    values : mapping
        The keyword arguments set by the plan. The slots of the piece have the same names.
    parameters : tuple of str
        The keyword arguments that are parameters of the notebook.
    output : str
        The name of its result.
    """

    name: str
    call: str
    inputs: tuple[str, ...]
    values: Mapping[str, object] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    output: str


def search_steps(plan: Plan) -> tuple[SearchStep, ...]:
    """Return the engine calls from the table to the fitted model."""
    experiment, split = plan.experiment, plan.split
    return (
        SearchStep(
            name="task",
            call="Task",
            inputs=("table",),
            values={
                "target": experiment.target,
                "kind": str(plan.task),
                "metric": plan.metric,
                "classes": list(plan.classes),
                "parse": target_rule(plan.dataset.column(experiment.target)),
                "imbalance": experiment.imbalance.value,
                "personal": plan.dataset.personal_columns,
            },
            parameters=("seed", "threads"),
            output="task",
        ),
        SearchStep(
            name="split",
            call="split",
            inputs=("task",),
            values={
                "kind": split.kind.value,
                "folds": split.folds,
                "repeats": split.repeats,
                "holdout": split.holdout,
                "column": split.column,
                "date_format": split.date_format,
            },
            output="split",
        ),
        SearchStep(
            name="search",
            call="search",
            inputs=("task", "split", "views", "candidates"),
            values={
                "sampler": experiment.hpo.sampler,
                "max_trials": experiment.hpo.trials,
                "early_stopping": experiment.hpo.early_stopping,
            },
            parameters=("budget_s", "run_dir", "replay"),
            output="search",
        ),
        SearchStep(
            name="ensemble",
            call="ensemble",
            inputs=("search",),
            values={
                "max_members": MAX_MEMBERS,
                "cost_false_positive": experiment.business.cost_false_positive,
                "cost_false_negative": experiment.business.cost_false_negative,
                "latency_ms_p95": experiment.constraints.latency_ms_p95,
            },
            output="ensemble",
        ),
        SearchStep(
            name="recipe",
            call="recipe",
            inputs=("task", "split", "views", "ensemble"),
            output="recipe",
        ),
        SearchStep(
            name="holdout",
            call="evaluate_once",
            inputs=("recipe", "task", "split"),
            output="holdout",
        ),
        SearchStep(name="refit", call="refit", inputs=("recipe", "task"), output="model"),
    )
