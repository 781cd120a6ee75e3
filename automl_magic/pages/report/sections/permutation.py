"""Permutation importance: how much worse the metric is without what a column says."""

from __future__ import annotations

from automl_magic.look.html import tag, text
from automl_magic.pages.links import linked_number
from automl_magic.pages.report.bars import Bar, bar_figure
from automl_magic.pages.report.section import ReportSection
from automl_magic.records import Explanation
from automl_magic.records.explanations.explained import Permutation


def permutation_section(told: Explanation, found: Permutation) -> list[str]:
    """Return the section: a bar for each column, by how much its shuffling costs."""
    link = told.link(found.cell_id)
    needed = [column for column in found.columns if column.low > 0]
    names = ", ".join(tag("b", text(column.column, 60)) for column in needed[:3])
    which = (
        f"It needs {names}{' and others' if len(needed) > 3 else ''}: shuffling one of them makes "
        "it worse beyond chance. "
        if needed
        else "No column alone is needed beyond chance: what one says, another says too. "
    )
    lead = (
        f"{which}Unshuffled, {text(found.metric, 60)} is {linked_number(found.score, link)} on "
        "these rows."
    )
    n = found.repeats
    shuffles = "One shuffle" if n == 1 else f"The mean of {n} shuffles"
    bars = bar_figure(
        [Bar(c.column, c.increase, c.low, c.high) for c in found.columns],
        title=f"How much worse {found.metric} gets with a column shuffled",
        axis=f"worse by, {found.metric}",
        said=(
            f"{shuffles} with its 95 % interval; one that reaches zero may be chance. Columns "
            "that say the same stand in for each other, and then none of them looks needed."
        ),
        heads=("Column", "worse by"),
        link=link,
    )
    return [lead, bars]


SECTION = ReportSection(
    record=Permutation,
    title="Which columns it cannot do without",
    place=8,
    draw=permutation_section,
)
