"""The report as one HTML file, without scripts or external resources."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.display.html import fill, tag, text
from automl_magic.display.translation import _
from automl_magic.pages.cells import Cell
from automl_magic.pages.document import document
from automl_magic.pages.report.formatting import format_cell
from automl_magic.pages.report.page import report_page
from automl_magic.records import Explanation


def report_document(
    explanation: Explanation, cells: Sequence[Cell] = (), notes: Sequence[str] = ()
) -> str:
    """Return the report as a complete HTML file."""
    footer = (
        fill(_("Created by automl-magic from run {run}."), run=text(explanation.run_id)),
        text(_("This file has no scripts and loads nothing from other servers.")),
    )
    return document(
        _("Model report for {target}").format(target=format_cell(explanation.target, 60)),
        report_page(explanation, cells, notes),
        tag("p", " ".join(footer)),
    )
