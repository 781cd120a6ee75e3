"""The retrain notebook: a search with the champion's plan on newer rows, then a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from automl_magic.records import Plan
from automl_magic.records.monitoring.retrain import RowSource
from automl_magic.render.cells import code_cell, markdown_cell
from automl_magic.render.load_cells import load_piece
from automl_magic.render.notebook import assemble
from automl_magic.render.pieces import Pieces, pieces_for
from automl_magic.render.search import render_search
from automl_magic.render.slots import fill


@dataclass(frozen=True, kw_only=True)
class ChallengerSpec:
    """The deployment and the data for a challenger. `champion` is the stable version."""

    deployment: str
    model: str
    champion: int
    champion_dir: str
    recent_source: str
    answers_source: str
    sources: tuple[RowSource, ...]
    excluded: Mapping[str, str]


def render_retrain(plan: Plan, challenge: ChallengerSpec) -> NotebookNode:
    """Return the notebook that trains a challenger. It includes the cells of the search notebook.

    Raises
    ------
    RenderError
        If a value in the plan isn't a literal, or a name isn't a valid cell id.
    """
    pieces = pieces_for(plan.task)
    search_cells = {cell["id"]: cell for cell in render_search(plan)["cells"]}
    for step in ("title", "parameters"):  # replaced by those of this notebook
        del search_cells[step]
    parameters = {
        "data_source": plan.dataset.source,
        "recent_source": challenge.recent_source,
        "answers_source": challenge.answers_source,
        "champion_dir": challenge.champion_dir,
        "budget_s": plan.experiment.budget_s,
        "seed": plan.split.seed,
        "threads": plan.experiment.threads or 1,
    }
    row_values = {
        "rows": [source.to_json() for source in challenge.sources],
        "excluded": dict(challenge.excluded),
    }
    decision_values = {
        "deployment": challenge.deployment,
        "model": challenge.model,
        "champion": challenge.champion,
    }
    return assemble(
        [
            markdown_cell("title", pieces.markdown("retrain", "title")),
            _cell(pieces, "parameters", parameters, tags=["parameters"]),
            _cell(pieces, "sources", row_values),
            *search_cells.values(),
            markdown_cell("about-comparison", pieces.markdown("retrain", "about_comparison")),
            _compare(pieces, plan),
            _cell(pieces, "decide", decision_values),
        ],
        kind="retrain",
    )


def _compare(pieces: Pieces, plan: Plan) -> NotebookNode:
    piece, values = load_piece("compare", plan)
    return code_cell("compare", fill(pieces.code("retrain", piece), values))


def _cell(
    pieces: Pieces, step: str, values: Mapping[str, object], tags: list[str] | None = None
) -> NotebookNode:
    return code_cell(step, fill(pieces.code("retrain", step), values), tags=tags or [])
