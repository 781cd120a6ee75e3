"""Counterfactuals: small changes of a row that change its prediction."""

from __future__ import annotations

from automl_magic.display.html import fill, join_html, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.figure import data_table, scroll_region
from automl_magic.pages.links import linked_briefly, linked_text
from automl_magic.pages.report.formatting import format_cell, tabs
from automl_magic.pages.report.section import ReportSection
from automl_magic.records import CellLink, Explanation
from automl_magic.records.explanations.inspection import (
    Counterfactual,
    CounterfactualCase,
    Counterfactuals,
)


def counterfactuals_section(explanation: Explanation, section: Counterfactuals) -> list[str]:
    """Return the section: the counterfactuals of one row at a time."""
    link = explanation.link(section.cell_id)
    columns = ", ".join(tag("b", text(name, 60)) for name in section.immutable)
    lead = (
        text(_("These changes of a row change its prediction.")),
        fill(_("Columns that never change: {columns}."), columns=columns)
        if columns
        else text(_("Any column can change.")),
    )
    options = [(f"{case.row:,}", _case(case, link)) for case in section.cases]
    body = tabs("counterfactuals", _("Row"), options) if options else ""
    return [" ".join(lead), body]


def _case(case: CounterfactualCase, link: CellLink) -> str:
    summary = tag(
        "p",
        fill(
            _("Row {row}: the model predicts {prediction} ({output}). Desired: {desired}."),
            row=f"{case.row:,}",
            prediction=tag("b", text(format_cell(case.prediction))),
            output=linked_text(format_number(case.output, 3), link),
            desired=text(case.desired, 200),
        ),
    )
    if not case.counterfactuals:
        why = text(case.why_none or "", 300)
        return summary + tag("p", text(_("No counterfactual was found.")), " ", why)
    return summary + join_html(
        _counterfactual(i, counterfactual, case, link)
        for i, counterfactual in enumerate(case.counterfactuals, 1)
    )


def _counterfactual(
    i: int, counterfactual: Counterfactual, case: CounterfactualCase, link: CellLink
) -> str:
    rows = [
        (text(change.column, 80), text(format_cell(change.was)), text(format_cell(change.becomes)))
        for change in counterfactual.changes
    ]
    caption = ngettext(
        "Counterfactual {i}: with {n} change, the model predicts {prediction} ({output}). The new "
        "value is from row {row}.",
        "Counterfactual {i}: with {n} changes, the model predicts {prediction} ({output}). The new "
        "values are from row {row}.",
        len(counterfactual.changes),
    ).format(
        i=i,
        n=len(counterfactual.changes),
        prediction=format_cell(counterfactual.prediction),
        output=format_number(counterfactual.output, 3),
        row=f"{counterfactual.like_row:,}",
    )
    headings = (_("Column"), _("Value"), _("New value"))
    change_table = data_table(headings, rows, caption, numbers_from=3, link=link)
    details = fill(
        _("Gower distance {distance}, output {output}."),
        distance=linked_briefly(format_number(counterfactual.distance, 2), link),
        output=linked_briefly(format_number(counterfactual.output, 3), link),
    )
    label = _("Row {row}, counterfactual {i}").format(row=f"{case.row:,}", i=i)
    return scroll_region(change_table, label) + tag("p", details, class_="am-soft")


SECTION = ReportSection(
    record=Counterfactuals,
    title=lambda: _("Counterfactuals"),
    position=11,
    draw=counterfactuals_section,
)
