"""The report as one file: no server, no script, no other file, and nothing from anywhere."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.look.html import tag, text
from automl_magic.pages.cells import Cell
from automl_magic.pages.frame import document
from automl_magic.pages.report.page import report_page
from automl_magic.pages.report.words import plain
from automl_magic.records import Explanation


def report_document(told: Explanation, cells: Sequence[Cell] = ()) -> str:
    """Return the report as a whole HTML file that may be mailed and kept."""
    made = (
        f"Made by automl-magic from run {text(told.run_id)}. "
        "This file needs no server, runs no script and asks no other machine for anything."
    )
    return document(
        f"How the model predicts {plain(told.target, 60)}",
        report_page(told, cells),
        tag("p", made),
    )
