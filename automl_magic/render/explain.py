"""The explain notebook: one section per cell, for the model of a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

from automl_magic.records import Plan
from automl_magic.render.cells import code_cell, markdown_cell
from automl_magic.render.load_cells import load_piece
from automl_magic.render.notebook import assemble
from automl_magic.render.pieces import pieces_for
from automl_magic.render.sections import SectionCell
from automl_magic.render.slots import fill

BUDGET_S = 45.0
# Cells without a section, by the part of the notebook that starts with them.
_PREPARING = {"changes": ("refit",)}


def render_explain(plan: Plan, sections: Sequence[SectionCell]) -> NotebookNode:
    """Return the notebook that explains the model of a search.

    The parameter `search_dir` sets the model. `sections` are those of the task, in order. Each part
    of the notebook starts with a text.

    Raises
    ------
    RenderError
        If a value in the plan isn't a literal, or a section has no piece.
    """
    pieces = pieces_for(plan.task)
    values: dict[str, dict[str, object]] = {
        "parameters": {"data_source": plan.dataset.source, "budget_s": BUDGET_S},
        **{section.name: dict(section.values) for section in sections},
    }

    def cell(step: str) -> NotebookNode:
        tags = ["parameters"] if step == "parameters" else []
        return code_cell(step, fill(pieces.code("explain", step), values.get(step, {})), tags=tags)

    def load() -> NotebookNode:
        piece, slots = load_piece("load", plan)
        slots["sensitive"] = list(plan.experiment.sensitive)
        slots["personal"] = plan.dataset.personal_columns
        return code_cell("load", fill(pieces.code("explain", piece), slots))

    def text(step: str) -> NotebookNode:
        return markdown_cell(step, pieces.markdown("explain", step.replace("-", "_")))

    def parts() -> Iterator[NotebookNode]:
        part = None
        for section in sections:
            if section.part != part:
                part = section.part
                yield text(f"about-{part}")
                yield from map(cell, _PREPARING.get(part, ()))
            yield cell(section.name)

    return assemble(
        [text("title"), cell("parameters"), load(), *parts(), cell("finish")], kind="explain"
    )
