"""The monitor notebook: one look a cell, at a window of a deployment or at a table."""

from __future__ import annotations

from nbformat import NotebookNode

from automl_magic.records.monitoring.drift import Thresholds
from automl_magic.render.cells import code_cell, markdown_cell
from automl_magic.render.notebook import assemble
from automl_magic.render.pieces import piece, prose
from automl_magic.render.slots import fill


def render_monitor(thresholds: Thresholds, *, of_table: bool = False) -> NotebookNode:
    """Return the notebook that judges a window.

    Which window of which model that is say the parameters.

    Parameters
    ----------
    of_table : bool
        Whether the rows are those of a table (`data_source`), not of the prediction log.

    Raises
    ------
    RenderError
        If the thresholds hold a value that is no literal.
    """
    load = "load_table" if of_table else "load_log"

    def text(step: str) -> NotebookNode:
        return markdown_cell(step, prose("monitor", step.replace("-", "_")))

    def cell(step: str) -> NotebookNode:
        return code_cell(step, piece("monitor", step))

    parameters = piece("monitor", "parameters")
    if of_table:
        parameters = f"{piece('monitor', 'table')}\n{parameters}"
    service = [] if of_table else [text("about-service"), cell("traffic")]
    return assemble(
        [
            text("title"),
            code_cell("parameters", parameters, tags=["parameters"]),
            code_cell("load", fill(piece("monitor", load), {"thresholds": thresholds.to_json()})),
            text("about-inputs"),
            *map(cell, ("prediction", "features", "quality")),
            text("about-truth"),
            *map(cell, ("performance", "calibration")),
            *service,
            *map(cell, ("evidently", "finish")),
        ],
        kind="monitor",
    )
