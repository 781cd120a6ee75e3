"""The explore notebook: an overview of the table before training."""

from __future__ import annotations

from nbformat import NotebookNode

from automl_magic.records import Plan
from automl_magic.render.cells import code_cell, markdown_cell
from automl_magic.render.load_cells import load_piece
from automl_magic.render.notebook import assemble
from automl_magic.render.pieces import pieces_for
from automl_magic.render.slots import fill


def render_explore(plan: Plan) -> NotebookNode:
    """Return the notebook that shows a table: types, quality, findings, charts.

    Raises
    ------
    RenderError
        If a value in the plan isn't a literal.
    """
    pieces = pieces_for(plan.task)
    values: dict[str, dict[str, object]] = {
        "parameters": {"data_source": plan.dataset.source, "target": plan.experiment.target},
        "profile": {"name": plan.dataset.name, "kinds": dict(plan.experiment.features.kinds)},
    }

    def cell(step: str) -> NotebookNode:
        tags = ["parameters"] if step == "parameters" else []
        return code_cell(step, fill(pieces.code("explore", step), values.get(step, {})), tags=tags)

    def load() -> NotebookNode:
        piece, slots = load_piece("load", plan)
        slots["personal"] = plan.dataset.personal_columns
        return code_cell("load", fill(pieces.code("explore", piece), slots))

    def text(step: str) -> NotebookNode:
        return markdown_cell(step, pieces.markdown("explore", step.replace("-", "_")))

    return assemble(
        [
            text("title"),
            cell("parameters"),
            load(),
            text("about-columns"),
            cell("profile"),
            cell("missing"),
            text("about-target"),
            cell("target"),
            cell("columns"),
        ],
        kind="explore",
    )
