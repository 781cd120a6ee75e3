"""What isn't in the final model, and why: trials, candidates that never ran, and columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from automl_magic.decision_log import DecisionLog, Reason
from automl_magic.display.html import fill, join_html, tag, text
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.figure import scroll_region
from automl_magic.pages.links import linked_text

MAX_ROWS = 60


def excluded_section(
    decision_log: DecisionLog, *, model_trials: Collection[int | None] = ()
) -> str:
    """Return a section, or nothing if there's nothing to list.

    Parameters
    ----------
    decision_log : DecisionLog
    model_trials : collection of int
        The numbers of the trials in the final model.
    """
    counts = Counter(
        str(reason.outcome or reason.choice)
        for reason in _reasons(decision_log, "trials")
        if int(reason.name) not in model_trials
    )
    decisions = [
        *((reason, _("plan")) for reason in _reasons(decision_log, "order") if reason.rejected),
        *((reason, _("data")) for reason in _reasons(decision_log, "columns")),
        *((reason, _("search")) for reason in _reasons(decision_log, "decided")),
    ]
    if not counts and not decisions:
        return ""
    trials = ""
    if counts:
        summary = ", ".join(f"{count} {fate}" for fate, count in counts.most_common())
        sentence = _("Trials: {counts}. The table above has each reason and score.")
        trials = tag("p", text(sentence.format(counts=summary)))
    return tag(
        "section",
        tag("h2", text(_("Not in the model"))),
        trials,
        _table(decisions, decision_log.run_id),
    )


def _reasons(decision_log: DecisionLog, name: str) -> tuple[Reason, ...]:
    section = decision_log.section(name)
    return section.reasons if section else ()


def _table(decisions: list[tuple[Reason, str]], run_id: str) -> str:
    if not decisions:
        return ""
    headings = (_("Subject"), _("Choice"), _("Reason"), _("Decided by"))
    head = join_html(tag("th", text(name), scope="col") for name in headings)
    table = tag(
        "table",
        tag("caption", text(_("Decisions on columns and candidates, and during the search"))),
        tag("thead", tag("tr", head)),
        tag("tbody", join_html(_row(reason, by) for reason, by in decisions[:MAX_ROWS])),
    )
    n_more = len(decisions) - MAX_ROWS
    more = ""
    if n_more > 0:
        sentence = ngettext(
            "{n} more decision isn't shown. To list all of them, run {command}",
            "{n} more decisions aren't shown. To list all of them, run {command}",
            n_more,
        )
        command = tag("code", f"automl why {text(run_id)} --json")
        more = tag("p", fill(sentence, n=f"{n_more:,}", command=command))
    return scroll_region(table, _("Not in the model")) + more


def _row(reason: Reason, decided_by: str) -> str:
    rejected = join_html(
        tag("p", text(option, 300), class_="am-soft") for option in reason.rejected
    )
    source = (
        text(decided_by) if reason.link is None else linked_text(reason.link.cell_id, reason.link)
    )
    return tag(
        "tr",
        tag("th", text(reason.label, 80), scope="row"),
        tag("td", text(reason.choice, 200)),
        tag("td", text(reason.why, 500), rejected, class_="am-why"),
        tag("td", source),
    )
