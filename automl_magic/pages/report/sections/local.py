"""Single rows: what the model said of them, and what each column added to that."""

from __future__ import annotations

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import number
from automl_magic.pages.links import linked_text
from automl_magic.pages.report.section import ReportSection
from automl_magic.pages.report.waterfall import Step, waterfall_figure
from automl_magic.pages.report.words import choice, class_name, plain
from automl_magic.records import Explanation, Link
from automl_magic.records.explanations.explained import Local, LocalRow

_CHOSEN = {
    "surest": "surest",
    "least_sure": "least sure",
    "most_wrong": "most wrong",
    "random": "at random",
}


def local_section(told: Explanation, found: Local) -> list[str]:
    """Return the section: one row at a time with its waterfall."""
    link = told.link(found.cell_id)
    lead = "A row is chosen below."
    if any(row.shap for row in found.explained):
        lead += " Its bars add up to what the model says of it."
    options = [
        (f"{row.row:,} ({_CHOSEN.get(row.chosen_as, row.chosen_as)})", _row(told, found, row, link))
        for row in found.explained
    ]
    body = choice("local", "Row", options) if options else ""
    return [lead, body]


def _row(told: Explanation, found: Local, row: LocalRow, link: Link) -> str:
    said = tag("p", _sentence(told, row, link), " ", tag("span", text(row.why, 300)))
    if not row.shap:
        return said
    steps = [
        Step(column.name, plain(row.values.get(column.name), 24), adds)
        for column, adds in zip(told.columns, row.shap, strict=True)
    ]
    title = f"Row {row.row:,}: what each column adds for {class_name(told, row.output)}"
    return said + waterfall_figure(
        row.base_value, steps, row.total, unit=found.unit, title=title, link=link
    )


def _sentence(told: Explanation, row: LocalRow, link: Link) -> str:
    facts = [
        f"The model says {tag('b', text(plain(row.prediction)))}",
        f"the table says {tag('b', text(plain(row.truth)))}",
    ]
    if row.output is not None and row.probabilities:
        share = linked_text(number(row.probabilities[row.output], 3), link)
        facts[0] += f", with a probability of {share} for {text(class_name(told, row.output))}"
    if row.unseen is not None:
        unseen = linked_text(number(row.unseen, 3), link)
        what = "said" if row.output is None else "gave the true class"
        facts.append(f"a model that had not seen the row {what} {unseen}")
    return joined(["; ".join(facts), "."])


SECTION = ReportSection(
    record=Local,
    title="Single rows, explained",
    place=10,
    draw=local_section,
)
