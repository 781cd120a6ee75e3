"""Counterfactuals: the few changes after which the model says something else."""

from __future__ import annotations

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import number
from automl_magic.pages.figure import scrolling, table
from automl_magic.pages.links import linked_briefly, linked_text
from automl_magic.pages.report.section import ReportSection
from automl_magic.pages.report.words import choice, plain
from automl_magic.records import Explanation, Link
from automl_magic.records.explanations.explained import (
    Counterfactual,
    CounterfactualCase,
    Counterfactuals,
)


def counterfactuals_section(told: Explanation, found: Counterfactuals) -> list[str]:
    """Return the section: one row at a time, with what would have to change."""
    link = told.link(found.cell_id)
    kept = joined(f"{tag('b', text(name, 60))}, " for name in found.immutable)
    lead = "What would have to be different for another answer. " + (
        f"Never changed: {kept.removesuffix(', ')}." if kept else "Every column may change."
    )
    options = [(f"{case.row:,}", _case(case, link)) for case in found.cases]
    body = choice("counterfactuals", "Row", options) if options else ""
    return [lead, body]


def _case(case: CounterfactualCase, link: Link) -> str:
    said = (
        f"Row {case.row:,}: the model says {tag('b', text(plain(case.prediction)))} "
        f"({linked_text(number(case.output, 3), link)}). Wanted: {text(case.wanted, 200)}."
    )
    if not case.found:
        why = text(case.why_none or "", 300)
        return tag("p", said) + tag("p", f"No such change was found. {why}")
    return tag("p", said) + joined(_one(i, one, case, link) for i, one in enumerate(case.found, 1))


def _one(i: int, one: Counterfactual, case: CounterfactualCase, link: Link) -> str:
    rows = [
        (text(change.column, 80), text(plain(change.was)), text(plain(change.becomes)))
        for change in one.changes
    ]
    n = len(one.changes)
    changes = f"{n} change{'s' if n != 1 else ''}"
    caption = (
        f"Way {i}: {changes}, then it says {plain(one.prediction)} ({number(one.output, 3)}); "
        f"the new values are those of row {one.like_row:,}"
    )
    shown = table(("Column", "is", "would be"), rows, caption, numbers_from=3, link=link)
    after = tag(
        "p",
        f"Distance {linked_briefly(number(one.distance, 2), link)} of 1, output "
        f"{linked_briefly(number(one.output, 3), link)}.",
        class_="am-soft",
    )
    return scrolling(shown, f"Row {case.row:,}, way {i}") + after


SECTION = ReportSection(
    record=Counterfactuals,
    title="What would have to be different",
    place=11,
    draw=counterfactuals_section,
)
