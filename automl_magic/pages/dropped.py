"""What was left out of the model, and why: trials, candidates that never ran, and columns."""

from __future__ import annotations

from collections import Counter

from automl_magic.look.html import joined, tag, text
from automl_magic.pages.figure import scrolling
from automl_magic.pages.links import linked_text
from automl_magic.reasons import Account, Reason

_IN_THE_MODEL = ("in the model", "is the model")
HEADS = ("About", "Choice", "Why", "Decided by")
MOST = 60


def dropped_section(told: Account) -> str:
    """Return a section, or nothing where nothing was left out."""
    counts = Counter(
        reason.choice.split(",")[0]
        for reason in _reasons(told, "trials")
        if not reason.choice.startswith(_IN_THE_MODEL)
    )
    others = [
        *((reason, "plan") for reason in _reasons(told, "order") if reason.rejected),
        *((reason, "data") for reason in _reasons(told, "columns")),
        *((reason, "search") for reason in _reasons(told, "decided")),
    ]
    if not counts and not others:
        return ""
    said = ", ".join(f"{count} {fate}" for fate, count in counts.most_common())
    trials = (
        tag("p", f"Of the trials: {text(said)}. The table above says of each why, with its score.")
        if said
        else ""
    )
    return tag(
        "section", tag("h2", "What was left out, and why"), trials, _table(others, told.run_id)
    )


def _reasons(told: Account, name: str) -> tuple[Reason, ...]:
    section = told.section(name)
    return section.reasons if section else ()


def _table(found: list[tuple[Reason, str]], run_id: str) -> str:
    if not found:
        return ""
    heads = joined(
        tag("th", name, scope="col") for name in ("About", "Choice", "Why", "Decided by")
    )
    table = tag(
        "table",
        tag("caption", "Besides the trials: columns, candidates, and decisions on the way."),
        tag("thead", tag("tr", heads)),
        tag("tbody", joined(_row(reason, by) for reason, by in found[:MOST])),
    )
    more = len(found) - MOST
    rest = tag("p", f"… and {more} more: ", tag("code", f"automl why {text(run_id)} --json"))
    return scrolling(table, "What was left out") + (rest if more > 0 else "")


def _row(reason: Reason, by: str) -> str:
    rejected = joined(tag("p", text(one, 300), class_="am-soft") for one in reason.rejected)
    where = text(by) if reason.link is None else linked_text(reason.link.cell_id, reason.link)
    return tag(
        "tr",
        tag("th", text(reason.label, 80), scope="row"),
        tag("td", text(reason.choice, 200)),
        tag("td", text(reason.why, 500), rejected, class_="am-why"),
        tag("td", where),
    )
