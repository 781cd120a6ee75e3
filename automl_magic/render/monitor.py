"""The monitor notebook: one section per cell, for a window of a deployment or for a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

from automl_magic.records import TaskKind
from automl_magic.records.monitoring.drift import DriftThresholds
from automl_magic.render.cells import code_cell, markdown_cell
from automl_magic.render.notebook import assemble
from automl_magic.render.pieces import pieces_for
from automl_magic.render.sections import SectionCell
from automl_magic.render.slots import fill


def render_monitor(
    kind: TaskKind,
    thresholds: DriftThresholds,
    sections: Sequence[SectionCell],
    *,
    of_table: bool = False,
) -> NotebookNode:
    """Return the notebook that checks a window. Its parameters set the model and the window.

    Parameters
    ----------
    kind : TaskKind
        Task of the monitored model.
    thresholds : Thresholds
        Thresholds of the alerts.
    sections : sequence of SectionCell
        Sections in order. Each part of the notebook that has a name starts with a text.
    of_table : bool
        Whether the rows come from a table (`data_source`), not from the prediction log.

    Raises
    ------
    RenderError
        If a threshold isn't a literal.
    """
    load = "load_table" if of_table else "load_log"
    pieces = pieces_for(kind)

    def text(step: str) -> NotebookNode:
        return markdown_cell(step, pieces.markdown("monitor", step.replace("-", "_")))

    def cell(step: str) -> NotebookNode:
        return code_cell(step, pieces.code("monitor", step))

    def parts() -> Iterator[NotebookNode]:
        part = ""
        for section in sections:
            if section.part and section.part != part:
                part = section.part
                yield text(f"about-{part}")
            yield cell(section.name)

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
