"""Why a run did what it did, in plain text: short paragraphs, each with its cell in brackets."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from automl_magic.cli.text import safe
from automl_magic.cli.words.table import number, score_text, seconds
from automl_magic.reasons import Account, Reason, Section

WIDTH, LABEL, WIDEST_LABEL = 100, 13, 26
# More lines than these are counted instead of shown; `--json` has all.
MOST_TRIALS, MOST_OTHERS = 20, 12
_TOLD_FIRST = ("in the model", "is the model", "failed", "baseline")
_WAS = {"cancelled": "was cancelled", "lost": "was lost"}


def account(told: Account) -> str:
    """Lay out an account. What is long is cut, and how to see the rest is said."""
    run_id = safe(told.run_id)
    of = f", {safe(told.asked, 80)}" if told.asked else ""
    lines = [
        f"Run {run_id} {how_it_is(told.status)}{of}. [Brackets] name cells of {told.notebook}."
    ]
    for sentence in told.advice:
        lines += ["", *_wrapped("Note: ", sentence)]
    for section in told.sections:
        lines += ["", section.title, *_section(section, run_id)]
    if told.missing:
        lines += ["", *(line for sentence in told.missing for line in _wrapped("", sentence))]
    if told.asked is None and told.section("trials"):
        lines += ["", f"More: automl why {run_id} --trial N, --candidate NAME or --column NAME"]
    return "\n".join(lines)


def how_it_is(status: str) -> str:
    """Return the end of `The run …` for a status."""
    return _WAS.get(status, status if status in ("succeeded", "failed") else f"is {status}")


def evidence_text(evidence: Mapping[str, Any], limit: int = 500) -> str:
    """Return the numbers behind a reason as `rows 400, folds 5`."""
    parts = [f"{safe(name).replace('_', ' ')} {_value(value)}" for name, value in evidence.items()]
    text = ", ".join(parts)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def rejected_text(rejected: str) -> str:
    """Return `accuracy: …`, what was not chosen and why, as a sentence's end."""
    return "rejected " + rejected.replace(": ", " – ", 1)


def told_trials(reasons: Sequence[Reason]) -> tuple[list[Reason], list[Reason]]:
    """Return the trials worth a line, in their order, and the others.

    Those are the members of the model, the failures, and the first trial of each candidate.
    """
    if len(reasons) <= MOST_TRIALS:
        return list(reasons), []
    first = {reason.name: reason for reason in reversed(reasons)}
    wanted = [r for r in reasons if r.choice.startswith(_TOLD_FIRST)]
    wanted += [r for r in reasons if first[r.name] is r and r not in wanted]
    kept = {reason.about for reason in wanted[:MOST_TRIALS]}
    return [r for r in reasons if r.about in kept], [r for r in reasons if r.about not in kept]


def counted(others: Sequence[Reason]) -> str:
    """Return what became of trials that have no line: `6 dropped, 3 pruned`."""
    fates = Counter(reason.choice.split(",")[0] for reason in others)
    return ", ".join(f"{count} {fate}" for fate, count in fates.items())


def fate_text(reason: Reason, reasons: Sequence[Reason]) -> str:
    """Return what became of a trial and why, and why it was tried where that is its own story."""
    parts = [reason.why]
    tried = reason.evidence.get("tried_because")
    shared = sum(other.evidence.get("tried_because") == tried for other in reasons)
    if tried and tried not in parts and shared == 1:
        parts.append(str(tried))
    why = " ".join(part for part in parts if part)
    return f"{reason.choice}: {why}" if why else reason.choice


def said(reason: Reason) -> str:
    """Return a reason as one paragraph, without what it is about and without its cell."""
    head = reason.choice
    if reason.score is not None:
        scored = f"{reason.score.metric} {score_text(reason.score)}"
        head = f"{head}, {scored}" if head else scored
    if reason.at_s is not None and head:
        head += f" after {seconds(reason.at_s)}"
    text = " ".join(f"{part.rstrip('.')}." for part in (head, reason.why) if part)
    return f"{text} ({evidence_text(reason.evidence)})" if reason.evidence else text


def _section(section: Section, run_id: str) -> list[str]:
    if section.name == "trials":
        return _trials(section.reasons, run_id)
    shown = section.reasons[:MOST_OTHERS]
    labels = [safe(f"{r.about} {r.name}" if r.name else r.about, 60) for r in shown]
    width = min(max(LABEL, *map(len, labels)), WIDEST_LABEL)
    lines: list[str] = []
    before: tuple[str, ...] = ()
    for label, reason in zip(labels, shown, strict=True):
        lines += _wrapped(f"  {label:<{width}}  ", said(reason) + _cell(reason), width + 4)
        if reason.rejected != before:
            for rejected in reason.rejected:
                lines += _wrapped(" " * (width + 4), rejected_text(rejected), width + 6)
        before = reason.rejected
    if more := len(section.reasons) - len(shown):
        lines.append(f"  … and {more} more: automl why {run_id} --json")
    return lines


def _trials(reasons: Sequence[Reason], run_id: str) -> list[str]:
    shown, others = told_trials(reasons)
    lines = [f"  {'#':>3}  {'candidate':<18} {'score':>8} {'took':>8}  what became of it"]
    for reason in shown:
        score = number(reason.score.score) if reason.score else "–"
        label = (
            f"  {reason.about.removeprefix('trial '):>3}  {safe(reason.name, 18):<18} "
            f"{score:>8} {seconds(reason.fit_s):>8}  "
        )
        lines += _wrapped(label, fate_text(reason, reasons) + _cell(reason), len(label))
    if others:
        lines.append(f"  … and {counted(others)}: automl why {run_id} --trial N tells of each.")
    return lines


def _cell(reason: Reason) -> str:
    return f" [{safe(reason.link.cell_id, 40)}]" if reason.link else ""


def _wrapped(label: str, text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        safe(text, 1000),
        WIDTH,
        initial_indent=label,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _value(value: object) -> str:
    match value:
        case bool() | None:
            return str(value).lower()
        case float():
            return f"{value:.4g}"
        case int():
            return f"{value:,}"
        case list() | tuple():
            shown = ", ".join(_value(item) for item in value[:6])
            return f"[{shown}{', …' if len(value) > 6 else ''}]"
        case Mapping():
            inner = ", ".join(f"{safe(k)} {_value(v)}" for k, v in list(value.items())[:24])
            return f"({inner}{', …' if len(value) > 24 else ''})"
    return safe(value, 60)
