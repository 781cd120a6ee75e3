"""The decision log of a run as HTML: a table per section, with the cell of each number."""

from __future__ import annotations

from automl_magic.decision_log import DecisionLog, LogSection, Reason
from automl_magic.decision_log.formatting import (
    format_evidence,
    format_outcome,
    format_outcome_counts,
    select_trials,
)
from automl_magic.display.html import block, fill, join_html, tag, text
from automl_magic.display.numbers import format_number, format_score_interval, format_seconds
from automl_magic.display.translation import _
from automl_magic.pages.links import source_attributes, source_title

# The sections that are expanded at first.
_OPEN = ("result", "trials", "model", "end", "details")


def decision_log_page(decision_log: DecisionLog) -> str:
    """Return a decision log as one HTML block with its own stylesheet."""
    run = tag("code", text(decision_log.run_id))
    if decision_log.limited_to:
        subject = text(decision_log.limited_to, 80)
        title = fill(_("Decisions of run {run}: {subject}"), run=run, subject=subject)
    else:
        title = fill(_("Decisions of run {run}"), run=run)
    return block(
        tag("h2", title),
        tag("p", text(_status_sentence(decision_log)), class_="am-soft"),
        join_html(tag("p", tag("b", text(sentence))) for sentence in decision_log.advice),
        join_html(_section(section) for section in decision_log.sections),
        join_html(tag("p", text(sentence), class_="am-soft") for sentence in decision_log.missing),
        data_run_id=decision_log.run_id,
    )


def _status_sentence(decision_log: DecisionLog) -> str:
    if decision_log.was_stopped_early:
        return _("The run was stopped early and kept the best model so far.")
    match decision_log.status:
        case "succeeded":
            return _("The run succeeded.")
        case "failed":
            return _("The run failed.")
        case "cancelled":
            return _("The run was cancelled.")
        case "lost":
            return _("The run was lost.")
    return _("The run is {status}.").format(status=decision_log.status)


def _section(section: LogSection) -> str:
    table = _trials(section) if section.name == "trials" else _reasons(section)
    region = tag(
        "div", table, class_="am-scroll", tabindex=0, role="region", aria_label=section.title
    )
    is_open = "open" if section.name in _OPEN else None
    return tag("details", tag("summary", tag("b", text(section.title))), region, open=is_open)


def _reasons(section: LogSection) -> str:
    headings = (_("Subject"), _("Choice"), _("Reason"))
    return _table(headings, [_reason(reason) for reason in section.reasons])


def _reason(reason: Reason) -> str:
    choice = text(reason.choice, 200)
    if reason.score is not None:
        score = _linked(f"{reason.score.metric} {format_score_interval(reason.score)}", reason)
        choice = f"{choice}, {score}" if choice else score
    details = [
        tag("p", text(_("Rejected: {option}").format(option=option), 300), class_="am-soft")
        for option in reason.rejected
    ]
    if reason.evidence:
        details.insert(0, tag("p", _linked(format_evidence(reason.evidence), reason)))
    return tag(
        "tr",
        tag("th", text(reason.label, 80), scope="row"),
        tag("td", choice),
        tag("td", text(reason.why, 600), *details, class_="am-why"),
    )


def _trials(section: LogSection) -> str:
    listed, others = select_trials(section.reasons)
    rows = [
        tag(
            "tr",
            tag("td", text(reason.name), class_="am-num"),
            tag("th", text(reason.candidate, 60), scope="row"),
            tag(
                "td",
                _linked(format_number(reason.score.score), reason) if reason.score else "–",
                class_="am-num",
            ),
            tag("td", _linked(format_seconds(reason.fit_s), reason), class_="am-num"),
            tag("td", text(format_outcome(reason, section.reasons), 600), class_="am-why"),
        )
        for reason in listed
    ]
    more = ""
    if others:
        sentence = _("Trials not listed: {counts}.").format(counts=format_outcome_counts(others))
        more = tag("p", text(sentence), class_="am-soft")
    headings = (_("Trial"), _("Candidate"), _("Score"), _("Fit time"), _("Status and reason"))
    return _table(headings, rows) + more


def _table(headings: tuple[str, ...], rows: list[str]) -> str:
    head = join_html(tag("th", text(name), scope="col") for name in headings)
    return tag("table", tag("thead", tag("tr", head)), tag("tbody", join_html(rows)))


def _linked(value: str, reason: Reason) -> str:
    """Return text with the cell that computed its numbers as attributes."""
    if reason.link is None:
        return text(value)
    link = reason.link
    return tag("span", text(value), title=source_title(link), **source_attributes(link))
