"""Why a run did what it did, as HTML: a heading, a table each, every number a link to its cell."""

from __future__ import annotations

from automl_magic.look.html import block, joined, tag, text
from automl_magic.look.numbers import number, score_text, seconds
from automl_magic.reasons import Account, Reason, Section
from automl_magic.reasons.phrases import (
    counted,
    evidence_text,
    fate_text,
    how_it_is,
    rejected_text,
    told_trials,
)

# These stand open; the others are a click away.
_OPEN = ("result", "trials", "model", "end", "details")


def account_page(told: Account) -> str:
    """Return an account as one HTML block that brings its style along."""
    asked = f", {text(told.asked, 80)}" if told.asked else ""
    return block(
        tag("h2", f"Why run {tag('code', text(told.run_id))} did what it did{asked}"),
        tag("p", f"The run {text(how_it_is(told.status))}.", class_="am-soft"),
        joined(tag("p", tag("b", text(sentence))) for sentence in told.advice),
        joined(_section(section) for section in told.sections),
        joined(tag("p", text(sentence), class_="am-soft") for sentence in told.missing),
        data_run_id=told.run_id,
    )


def _section(section: Section) -> str:
    table = _trials(section) if section.name == "trials" else _reasons(section)
    scrolling = tag(
        "div", table, class_="am-scroll", tabindex=0, role="region", aria_label=section.title
    )
    is_open = "open" if section.name in _OPEN else None
    return tag("details", tag("summary", tag("b", text(section.title))), scrolling, open=is_open)


def _reasons(section: Section) -> str:
    return _table(("About", "Choice", "Why"), [_reason(reason) for reason in section.reasons])


def _reason(reason: Reason) -> str:
    choice = text(reason.choice, 200)
    if reason.score is not None:
        scored = _linked(f"{reason.score.metric} {score_text(reason.score)}", reason)
        choice = f"{choice}, {scored}" if choice else scored
    more = [tag("p", text(rejected_text(one), 300), class_="am-soft") for one in reason.rejected]
    if reason.evidence:
        more.insert(0, tag("p", _linked(evidence_text(reason.evidence), reason)))
    return tag(
        "tr",
        tag("th", text(reason.label, 80), scope="row"),
        tag("td", choice),
        tag("td", text(reason.why, 600), *more, class_="am-why"),
    )


def _trials(section: Section) -> str:
    shown, others = told_trials(section.reasons)
    rows = [
        tag(
            "tr",
            tag("td", text(reason.name), class_="am-num"),
            tag("th", text(reason.candidate, 60), scope="row"),
            tag(
                "td",
                _linked(number(reason.score.score), reason) if reason.score else "–",
                class_="am-num",
            ),
            tag("td", _linked(seconds(reason.fit_s), reason), class_="am-num"),
            tag("td", text(fate_text(reason, section.reasons), 600), class_="am-why"),
        )
        for reason in shown
    ]
    rest = tag("p", f"… and {text(counted(others))}.", class_="am-soft") if others else ""
    return _table(("Trial", "Candidate", "Score", "Took", "What became of it"), rows) + rest


def _table(heads: tuple[str, ...], rows: list[str]) -> str:
    head = joined(tag("th", name, scope="col") for name in heads)
    return tag("table", tag("thead", tag("tr", head)), tag("tbody", joined(rows)))


def _linked(shown: str, reason: Reason) -> str:
    """Return text that names the cell its numbers come from."""
    if reason.link is None:
        return text(shown)
    link = reason.link
    return tag(
        "span",
        text(shown),
        title=f"made by cell {link.cell_id} of {link.notebook}",
        data_run_id=link.run_id,
        data_notebook=link.notebook,
        data_cell_id=link.cell_id,
    )
