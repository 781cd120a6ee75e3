"""The search notebook: a dozen cells, one step of the engine each."""

from __future__ import annotations

from nbformat import NotebookNode

from automl_magic.records import Candidate, Decision, DecisionKind, Plan, StepSpec
from automl_magic.render.cells import code_cell, markdown_cell
from automl_magic.render.notebook import assemble
from automl_magic.render.pieces import Pieces, pieces_for
from automl_magic.render.slots import fill

# Each member is a cell of the standalone notebook: more than a person reads help the score little.
MAX_MEMBERS = 8

# Which cell answers for a decision of the plan; whatever is about columns stands with the features.
_CELL_OF = {
    DecisionKind.TASK: "task",
    DecisionKind.METRIC: "task",
    DecisionKind.UNLABELLED_ROWS: "task",
    DecisionKind.THREADS: "parameters",
    DecisionKind.COLUMN: "candidates",
    DecisionKind.CANDIDATES: "candidates",
    DecisionKind.MEMORY: "search",
}
_SPLIT = "split"


def render_search(plan: Plan) -> NotebookNode:
    """Return the notebook that finds a model. Without its cell, a candidate is out of the search.

    Raises
    ------
    RenderError
        If the plan holds a value that is no literal, or a name that no cell can have.
    """
    asked, split, pieces = plan.experiment, plan.split, pieces_for(plan.task)
    steps: dict[str, dict[str, object]] = {
        "parameters": {
            "data_source": plan.dataset.source,
            "budget_s": asked.budget_s,
            "seed": split.seed,
            "threads": asked.threads or 1,
        },
        "load": {},
        "task": {
            "target": asked.target,
            "kind": str(plan.task),
            "metric": plan.metric,
            "classes": list(plan.classes),
            "imbalance": asked.imbalance.value,
        },
        "split": {
            "split_kind": split.kind.value,
            "folds": split.folds,
            "repeats": split.repeats,
            "holdout": split.holdout,
            "split_column": split.column,
            "split_date_format": split.date_format,
        },
        "candidates": {},
        "search": {
            "sampler": asked.hpo.sampler,
            "max_trials": asked.hpo.trials,
            "early_stopping": asked.hpo.early_stopping,
        },
        "leaderboard": {},
        "decisions": {},
        "ensemble": {
            "max_members": MAX_MEMBERS,
            "cost_false_positive": asked.business.cost_false_positive,
            "cost_false_negative": asked.business.cost_false_negative,
            "latency_ms_p95": asked.constraints.latency_ms_p95,
        },
        "recipe": {},
        "holdout": {},
        "refit": {},
        "finish": {},
    }
    cells = {step: _cell(pieces, step, values, plan) for step, values in steps.items()}
    return assemble(
        [
            _text(pieces, "title"),
            cells["parameters"],
            _text(pieces, "about-data"),
            *(cells[step] for step in ("load", "task", "split")),
            _text(pieces, "about-candidates"),
            cells["candidates"],
            *(_view(pieces, name, specs) for name, specs in plan.views.items()),
            *(_candidate(pieces, candidate) for candidate in plan.candidates),
            _text(pieces, "about-search"),
            *(cells[step] for step in ("search", "leaderboard", "decisions", "ensemble", "recipe")),
            _text(pieces, "about-model"),
            *(cells[step] for step in ("holdout", "refit", "finish")),
        ],
        kind="search",
    )


def _text(pieces: Pieces, step: str) -> NotebookNode:
    return markdown_cell(step, pieces.prose("search", step.replace("-", "_")))


def _cell(pieces: Pieces, step: str, values: dict[str, object], plan: Plan) -> NotebookNode:
    tags = ["parameters"] if step == "parameters" else []
    decisions = [one for one in plan.decisions if _home(one) == step]
    return code_cell(
        step, fill(pieces.code("search", step), values), tags=tags, decisions=decisions
    )


def _home(decision: Decision) -> str:
    return _CELL_OF.get(decision.about, _SPLIT)


def _view(pieces: Pieces, name: str, specs: tuple[StepSpec, ...]) -> NotebookNode:
    steps = [spec.to_json() for spec in specs]
    source = fill(pieces.code("search", "view"), {"view": name, "steps": steps})
    return code_cell(f"view-{name}", source)


def _candidate(pieces: Pieces, candidate: Candidate) -> NotebookNode:
    document = candidate.to_json()
    source = fill(
        pieces.code("search", "candidate"),
        {key: document[key] for key in ("name", "estimator", "view", "params")},
    )
    return code_cell(f"candidate-{candidate.name}", source, decisions=[candidate.decision])
