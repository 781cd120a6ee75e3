"""The confusion matrix: rows of each class, by what the model took them for."""

from __future__ import annotations

from automl_magic.look.html import joined, tag, text
from automl_magic.pages.figure import scrolling
from automl_magic.pages.links import linked_briefly, linked_text, made_by
from automl_magic.pages.report.section import ReportSection
from automl_magic.pages.report.words import class_name
from automl_magic.records import Explanation, Link
from automl_magic.records.explanations.measured import Confusion


def confusion_section(told: Explanation, found: Confusion) -> list[str]:
    """Return the section: a table of counts, shaded by their share of the true class."""
    link = told.link(found.cell_id)
    total = sum(map(sum, found.counts))
    right = sum(found.counts[i][i] for i in range(len(found.counts)))
    share = right / total if total else 0.0
    lead = (
        f"{linked_text(f'{right:,}', link)} of {linked_text(f'{total:,}', link)} rows "
        f"({linked_text(f'{share:.1%}', link)}) are what the model says."
    )
    if worst := _worst(told, found):
        lead += f" {worst}"
    if found.other:
        lead += f" {linked_text(f'{found.other:,}', link)} rows of rarer classes are not shown."
    return [lead, scrolling(_table(told, found, link), "What is taken for what")]


def _worst(told: Explanation, found: Confusion) -> str:
    wrong = [
        (count, i, j)
        for i, row in enumerate(found.counts)
        for j, count in enumerate(row)
        if i != j and count
    ]
    if not wrong:
        return ""
    count, i, j = max(wrong)
    is_, said = (text(class_name(told, found.outputs[k])) for k in (i, j))
    times = "once" if count == 1 else f"{count:,} times"
    return f"Most often, {is_} is taken for {said}: {times}."


def _table(told: Explanation, found: Confusion, link: Link) -> str:
    names = [text(class_name(told, output, 24)) for output in found.outputs]
    heads = joined(tag("th", name, scope="col", class_="am-num") for name in names)
    rows = joined(
        tag("tr", tag("th", name, scope="row"), _cells(counts, i, link))
        for i, (name, counts) in enumerate(zip(names, found.counts, strict=True))
    )
    caption = (
        "Rows by their true class (down) and what the model says (across). A stronger shade "
        "is a larger share of the true class; what is right has a frame."
    )
    corner = tag("td", "is ↓, said →", class_="am-soft")
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", corner, heads)),
        tag("tbody", rows),
        class_="am-confusion",
        **made_by(link),
    )


def _cells(counts: tuple[int, ...], right: int, link: Link) -> str:
    total = sum(counts) or 1
    return joined(
        tag(
            "td",
            linked_briefly(f"{count:,}", link),
            tag("small", f" {count / total:.0%}"),
            class_="am-num am-right" if j == right else "am-num",
            style=f"--share:{40 * count / total:.0f}%",
        )
        for j, count in enumerate(counts)
    )


SECTION = ReportSection(
    record=Confusion,
    title="What is taken for what",
    place=3,
    draw=confusion_section,
)
