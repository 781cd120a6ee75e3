"""The search notebook: a dozen cells, one engine step per cell."""

from __future__ import annotations

from collections.abc import Mapping

from nbformat import NotebookNode

from automl_magic.records import Candidate, Decision, DecisionKind, Plan, StepSpec
from automl_magic.render.cells import code_cell, markdown_cell
from automl_magic.render.load_cells import load_piece
from automl_magic.render.notebook import assemble
from automl_magic.render.pieces import Pieces, pieces_for
from automl_magic.render.slots import fill
from automl_magic.tasks.families import family_for

# The cell for each kind of decision. Decisions about columns are in the cell of the candidates.
_CELLS = {
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
    """Return the notebook that searches for a model. Each candidate has a cell that can be deleted.

    Raises
    ------
    RenderError
        If a value in the plan isn't a literal, or a name isn't a valid cell id.
    """
    pieces = pieces_for(plan.task)

    def cell(step: str, values: Mapping[str, object] | None = None) -> NotebookNode:
        return _cell(pieces, step, values or {}, plan)

    parameters = {
        "data_source": plan.dataset.source,
        "budget_s": plan.experiment.budget_s,
        "seed": plan.split.seed,
        "threads": plan.experiment.threads or 1,
    }
    before = {
        "search": [
            _text(pieces, "about-candidates"),
            cell("candidates"),
            *(_view(pieces, name, specs) for name, specs in plan.views.items()),
            *(_candidate(pieces, candidate) for candidate in plan.candidates),
            _text(pieces, "about-search"),
        ],
        "holdout": [_text(pieces, "about-model")],
    }
    after = {"search": [cell("leaderboard"), cell("decisions")]}
    return assemble(
        [
            _text(pieces, "title"),
            cell("parameters", parameters),
            _text(pieces, "about-data"),
            _load(pieces, plan),
            *(
                step_cell
                for step in family_for(plan.task).search_steps(plan)
                for step_cell in (
                    *before.get(step.name, ()),
                    cell(step.name, step.values),
                    *after.get(step.name, ()),
                )
            ),
            cell("finish"),
        ],
        kind="search",
    )


def _text(pieces: Pieces, step: str) -> NotebookNode:
    return markdown_cell(step, pieces.markdown("search", step.replace("-", "_")))


def _load(pieces: Pieces, plan: Plan) -> NotebookNode:
    piece, values = load_piece("load", plan)
    values["personal"] = plan.dataset.personal_columns
    return code_cell("load", fill(pieces.code("search", piece), values))


def _cell(pieces: Pieces, step: str, values: Mapping[str, object], plan: Plan) -> NotebookNode:
    tags = ["parameters"] if step == "parameters" else []
    decisions = [decision for decision in plan.decisions if _cell_of(decision) == step]
    return code_cell(
        step, fill(pieces.code("search", step), values), tags=tags, decisions=decisions
    )


def _cell_of(decision: Decision) -> str:
    return _CELLS.get(decision.about, _SPLIT)


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
