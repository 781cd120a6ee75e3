"""What is said of a reason, as phrases that every front door puts together in its own way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from automl_magic.look.numbers import score_text, seconds
from automl_magic.look.text import safe
from automl_magic.reasons.account import Reason

# More trials than these are counted instead of shown.
MOST_TRIALS = 20
_TOLD_FIRST = ("in the model", "is the model", "failed", "baseline")
_WAS = {"cancelled": "was cancelled", "lost": "was lost"}


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
    first = {reason.candidate: reason for reason in reversed(reasons)}
    wanted = [r for r in reasons if r.choice.startswith(_TOLD_FIRST)]
    wanted += [r for r in reasons if first[r.candidate] is r and r not in wanted]
    kept = {reason.name for reason in wanted[:MOST_TRIALS]}
    return [r for r in reasons if r.name in kept], [r for r in reasons if r.name not in kept]


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
