"""The report of an explanation as one HTML block: how good, why, for whom, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.look.html import block, joined, tag, text
from automl_magic.look.numbers import seconds
from automl_magic.pages.cells import Cell, cells_section
from automl_magic.pages.links import linked_interval, linked_number, linked_text
from automl_magic.pages.report.section import title_of, undrawn_block
from automl_magic.pages.report.sections import sections
from automl_magic.pages.report.words import plain
from automl_magic.records import Explanation

# The cell that reads the predictions of the search and scores them.
MEASURED_IN = "load"


def report_page(told: Explanation, cells: Sequence[Cell] = ()) -> str:
    """Return the report as one HTML block that brings its style along and needs no script.

    `cells` are those of the executed explain notebook: every number leads to one of them.
    """
    return block(report_header(told), _body(told, cells), data_run_id=told.run_id)


def report_body(told: Explanation, cells: Sequence[Cell] = ()) -> str:
    """Return the report without its header, for a page that has it elsewhere."""
    return block(_body(told, cells), data_run_id=told.run_id)


def _body(told: Explanation, cells: Sequence[Cell]) -> str:
    drawn = sections()
    names = [name for name in drawn if name in told.sections]
    names += [name for name in told.sections if name not in drawn]
    parts = (
        _contents(names, is_skipped=bool(told.skipped)),
        joined(
            drawn[name].block(told) if name in drawn else undrawn_block(told, name)
            for name in names
        ),
        _skipped(told),
        cells_section(cells, told.run_id),
    )
    return joined(parts)


def report_header(told: Explanation) -> str:
    """Return the heading of a report: how good the model is, in one sentence, and which it is."""
    unseen = told.unseen
    link = told.link(MEASURED_IN)
    better = "higher" if told.higher_is_better else "lower"
    score = linked_number(unseen.score.score, link) + linked_interval(unseen.score, link)
    lead = (
        f"On {linked_text(f'{unseen.rows:,}', link)} rows that the models had not seen, "
        f"{text(told.metric)} is {score}; {better} is better. {text(unseen.in_words, 400)}"
    )
    facts = [
        ("Model of run", tag("code", text(told.of_run))),
        ("Explained by run", tag("code", text(told.run_id))),
        ("Task", text(told.task)),
        ("Columns", f"{len(told.columns):,}"),
        ("Took", seconds(told.seconds)),
        ("Model digest", tag("code", text(told.model_sha256.removeprefix("sha256:")[:12]))),
    ]
    pairs = joined(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts)
    title = f"How the model predicts {tag('q', text(plain(told.target, 80)))}"
    return tag(
        "header",
        tag("h1", title),
        tag("p", lead, class_="am-lead"),
        tag("dl", pairs, class_="am-facts"),
    )


def _contents(names: Sequence[str], *, is_skipped: bool) -> str:
    links = [(name, _title(name)) for name in names]
    if is_skipped:
        links.append(("skipped", "What is not here, and why"))
    items = joined(tag("li", tag("a", text(title), href=f"#{name}")) for name, title in links)
    return tag("nav", tag("ul", items), aria_label="Sections", class_="am-contents")


def _skipped(told: Explanation) -> str:
    if not told.skipped:
        return ""
    items = joined(
        tag(
            "li",
            tag("b", text(_title(one.section))),
            " ",
            linked_text(one.cell_id, told.link(one.cell_id)),
            ": ",
            text(one.why, 400),
        )
        for one in told.skipped
    )
    heading = tag("h2", "What is not here, and why", id="skipped-title")
    return tag("section", heading, tag("ul", items), id="skipped", aria_labelledby="skipped-title")


def _title(name: str) -> str:
    found = sections().get(name)
    return title_of(name) if found is None else found.title
