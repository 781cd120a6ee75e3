"""The toy section in the report."""

from __future__ import annotations

from automl_magic.explain.sections.decisiveness import Decisiveness

from automl_magic.pages.links import linked_number
from automl_magic.pages.report.section import ReportSection


def decisiveness_section(told, found):
    return [f"On average {linked_number(found.mean, told.link(found.cell_id))} from even."]


SECTION = ReportSection(
    record=Decisiveness,
    title=lambda: "How decided is it?",
    position=5,
    draw=decisiveness_section,
)
