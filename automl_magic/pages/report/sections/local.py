"""Single rows: their predictions, and each column's contribution."""

from __future__ import annotations

from automl_magic.display.html import fill, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _
from automl_magic.pages.links import linked_text
from automl_magic.pages.report.formatting import class_name, format_cell, row_label, tabs
from automl_magic.pages.report.section import ReportSection
from automl_magic.pages.report.waterfall import Step, waterfall_figure
from automl_magic.records import CellLink, Explanation
from automl_magic.records.explanations.inspection import LocalExplanations, LocalRow


def local_section(explanation: Explanation, section: LocalExplanations) -> list[str]:
    """Return the section: one row at a time with its waterfall chart."""
    link = explanation.link(section.cell_id)
    lead = [_("Choose a row.")]
    if any(row.shap for row in section.explained):
        lead.append(_("The bars add up to its prediction."))
    options = [
        (row_label(row.row, row.chosen_as), _row(explanation, section, row, link))
        for row in section.explained
    ]
    body = tabs("local", _("Row"), options) if options else ""
    return [text(" ".join(lead)), body]


def _row(
    explanation: Explanation, section: LocalExplanations, row: LocalRow, link: CellLink
) -> str:
    summary = tag("p", _summary(explanation, row, link), " ", tag("span", text(row.why, 300)))
    if not row.shap:
        return summary
    steps = [
        Step(column.name, format_cell(row.values.get(column.name), 24), adds)
        for column, adds in zip(explanation.columns, row.shap, strict=True)
    ]
    title = _("Row {row}: contributions to {output}").format(
        row=f"{row.row:,}", output=class_name(explanation, row.output)
    )
    return summary + waterfall_figure(
        row.base_value, steps, row.total, unit=section.unit, title=title, link=link
    )


def _summary(explanation: Explanation, row: LocalRow, link: CellLink) -> str:
    prediction = tag("b", text(format_cell(row.prediction)))
    if row.output is not None and row.probabilities:
        sentences = [
            fill(
                _("The model predicts {prediction}, with a probability of {share} for {label}."),
                prediction=prediction,
                share=linked_text(format_number(row.probabilities[row.output], 3), link),
                label=text(class_name(explanation, row.output)),
            )
        ]
    else:
        sentences = [fill(_("The model predicts {prediction}."), prediction=prediction)]
    sentences.append(
        fill(_("The true value is {truth}."), truth=tag("b", text(format_cell(row.truth))))
    )
    if row.unseen is not None:
        sentence = (
            _("A model not trained on this row predicted {value}.")
            if row.output is None
            else _("A model not trained on this row gave the true class a probability of {value}.")
        )
        sentences.append(fill(sentence, value=linked_text(format_number(row.unseen, 3), link)))
    return " ".join(sentences)


SECTION = ReportSection(
    record=LocalExplanations,
    title=lambda: _("Explanations of single rows"),
    position=10,
    draw=local_section,
)
