"""The monitor notebook: one look a cell, at a window of a deployment or at a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

from automl_magic.records import TaskKind
from automl_magic.records.monitoring.drift import Thresholds
from automl_magic.render.cells import code_cell, markdown_cell
from automl_magic.render.notebook import assemble
from automl_magic.render.pieces import pieces_for
from automl_magic.render.sections import SectionCell
from automl_magic.render.slots import fill


def render_monitor(
    kind: TaskKind,
    thresholds: Thresholds,
    sections: Sequence[SectionCell],
    *,
    of_table: bool = False,
) -> NotebookNode:
    """Return the notebook that judges a window.

    Which window of which model that is say the parameters.

    Parameters
    ----------
    kind : TaskKind
        What the model that is watched predicts.
    sections : sequence of SectionCell
        The looks to take, in their order. A part of the notebook that has a name opens with a text.
    of_table : bool
        Whether the rows are those of a table (`data_source`), not of the prediction log.

    Raises
    ------
    RenderError
        If the thresholds hold a value that is no literal.
    """
    load = "load_table" if of_table else "load_log"
    pieces = pieces_for(kind)

    def text(step: str) -> NotebookNode:
        return markdown_cell(step, pieces.prose("monitor", step.replace("-", "_")))

    def cell(step: str) -> NotebookNode:
        return code_cell(step, pieces.code("monitor", step))

    def parts() -> Iterator[NotebookNode]:
        part = ""
        for one in sections:
            if one.part and one.part != part:
                part = one.part
                yield text(f"about-{part}")
            yield cell(one.name)

    parameters = pieces.code("monitor", "parameters")
    if of_table:
        parameters = f"{pieces.code('monitor', 'table')}\n{parameters}"
    return assemble(
        [
            text("title"),
            code_cell("parameters", parameters, tags=["parameters"]),
            code_cell(
                "load", fill(pieces.code("monitor", load), {"thresholds": thresholds.to_json()})
            ),
            *parts(),
            cell("finish"),
        ],
        kind="monitor",
    )
