"""The report of an explanation as one HTML block."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.display.html import block, fill, join_html, tag, text
from automl_magic.display.numbers import format_seconds
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.cells import Cell, cells_section
from automl_magic.pages.links import linked_interval, linked_number, linked_text
from automl_magic.pages.report.formatting import format_cell
from automl_magic.pages.report.section import fallback_block, title_of
from automl_magic.pages.report.sections import sections
from automl_magic.records import Explanation

# The cell that scores the predictions of the search.
MEASURED_IN = "load"


def report_page(
    explanation: Explanation, cells: Sequence[Cell] = (), notes: Sequence[str] = ()
) -> str:
    """Return the report as one HTML block with its own stylesheet and no scripts.

    `cells` are those of the executed explain notebook. Every number links to one of them. `notes`
    are sentences about the search, such as that it was stopped early.
    """
    return block(
        report_header(explanation, notes), _body(explanation, cells), data_run_id=explanation.run_id
    )


def report_body(explanation: Explanation, cells: Sequence[Cell] = ()) -> str:
    """Return the report without its header."""
    return block(_body(explanation, cells), data_run_id=explanation.run_id)


def _body(explanation: Explanation, cells: Sequence[Cell]) -> str:
    renderers = sections()
    names = [name for name in renderers if name in explanation.sections]
    names += [name for name in explanation.sections if name not in renderers]
    parts = (
        _contents(names, is_skipped=bool(explanation.skipped)),
        join_html(
            renderers[name].block(explanation)
            if name in renderers
            else fallback_block(explanation, name)
            for name in names
        ),
        _skipped(explanation),
        cells_section(cells, explanation.run_id),
    )
    return join_html(parts)


def report_header(explanation: Explanation, notes: Sequence[str] = ()) -> str:
    """Return the header of a report: the model's score and its facts."""
    unseen = explanation.unseen
    link = explanation.link(MEASURED_IN)
    if unseen.score.undefined is None:
        sentence = ngettext(
            "{metric} is {score} on {n} unseen row.",
            "{metric} is {score} on {n} unseen rows.",
            unseen.rows,
        )
    else:
        sentence = ngettext(
            "{metric} is undefined on {n} unseen row, because {why}.",
            "{metric} is undefined on {n} unseen rows, because {why}.",
            unseen.rows,
        )
    lead = (
        fill(
            sentence,
            metric=text(explanation.metric),
            score=linked_number(unseen.score.score, link) + linked_interval(unseen.score, link),
            why=linked_text(unseen.score.undefined or "", link),
            n=linked_text(f"{unseen.rows:,}", link),
        ),
        text(_("Higher is better.") if explanation.higher_is_better else _("Lower is better.")),
        text(unseen.in_words, 400),
    )
    facts = [
        (_("Model of run"), tag("code", text(explanation.of_run))),
        (_("Explained by run"), tag("code", text(explanation.run_id))),
        (_("Task"), text(explanation.task)),
        (_("Columns"), f"{len(explanation.columns):,}"),
        (_("Duration"), format_seconds(explanation.seconds)),
        (
            _("Model digest"),
            tag("code", text(explanation.model_sha256.removeprefix("sha256:")[:12])),
        ),
    ]
    pairs = join_html(tag("div", tag("dt", text(name)), tag("dd", value)) for name, value in facts)
    target = tag("q", text(format_cell(explanation.target, 80)))
    return tag(
        "header",
        tag("h1", fill(_("Model report for {target}"), target=target)),
        tag("p", " ".join(lead), class_="am-lead"),
        join_html(tag("p", tag("b", text(note))) for note in notes),
        tag("dl", pairs, class_="am-facts"),
    )


def _contents(names: Sequence[str], *, is_skipped: bool) -> str:
    links = [(name, _title(name)) for name in names]
    if is_skipped:
        links.append(("skipped", _("Skipped sections")))
    items = join_html(tag("li", tag("a", text(title), href=f"#{name}")) for name, title in links)
    return tag("nav", tag("ul", items), aria_label=_("Sections"), class_="am-contents")


def _skipped(explanation: Explanation) -> str:
    if not explanation.skipped:
        return ""
    items = join_html(
        tag(
            "li",
            tag("b", text(_title(skipped.section))),
            tag(
                "p",
                text(skipped.why, 400),
                " ",
                fill(
                    _("Decided by cell {cell}."),
                    cell=linked_text(skipped.cell_id, explanation.link(skipped.cell_id)),
                ),
            ),
        )
        for skipped in explanation.skipped
    )
    heading = tag("h2", text(_("Skipped sections")), id="skipped-title")
    return tag("section", heading, tag("ul", items), id="skipped", aria_labelledby="skipped-title")


def _title(name: str) -> str:
    renderer = sections().get(name)
    return title_of(name) if renderer is None else renderer.title()
