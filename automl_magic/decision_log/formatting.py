"""Phrases of a reason that every front end combines in its own way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from automl_magic.decision_log.log import Reason, TrialOutcome
from automl_magic.display.numbers import format_score_interval, format_seconds
from automl_magic.display.text import printable

# If there are more trials than this, the others are counted and not listed.
MAX_TRIALS = 20
_LISTED_FIRST = (TrialOutcome.MEMBER, TrialOutcome.FAILED, TrialOutcome.BASELINE)
_STATUS_TEXT = {"cancelled": "was cancelled", "lost": "was lost"}


def format_run_status(status: str, *, was_stopped_early: bool = False) -> str:
    """Return a status as the end of the sentence `The run …`."""
    if was_stopped_early:
        return "was stopped early and kept the best model so far"
    return _STATUS_TEXT.get(status, status if status in ("succeeded", "failed") else f"is {status}")


def format_evidence(evidence: Mapping[str, object], limit: int = 500) -> str:
    """Return the evidence of a reason as `rows 400, folds 5`."""
    parts = [
        f"{printable(name).replace('_', ' ')} {_value(value)}" for name, value in evidence.items()
    ]
    text = ", ".join(parts)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def format_rejected(rejected: str) -> str:
    """Return a rejected option, such as `accuracy: …`, as the end of a sentence."""
    return "rejected " + rejected.replace(": ", " – ", 1)


def select_trials(reasons: Sequence[Reason]) -> tuple[list[Reason], list[Reason]]:
    """Split trials into those to list, in their order, and the others.

    Members of the model, failures and the first trial of each candidate are listed.
    """
    if len(reasons) <= MAX_TRIALS:
        return list(reasons), []
    first = {reason.candidate: reason for reason in reversed(reasons)}
    listed = [r for r in reasons if r.outcome in _LISTED_FIRST]
    listed += [r for r in reasons if first[r.candidate] is r and r not in listed]
    names = {reason.name for reason in listed[:MAX_TRIALS]}
    return [r for r in reasons if r.name in names], [r for r in reasons if r.name not in names]


def format_outcome_counts(trials: Sequence[Reason]) -> str:
    """Return the outcomes of trials that aren't listed: `6 dropped, 3 pruned`."""
    counts = Counter(reason.outcome for reason in trials if reason.outcome is not None)
    return ", ".join(
        f"{count} {'in the model' if outcome is TrialOutcome.MEMBER else outcome.value}"
        for outcome, count in counts.items()
    )


def format_outcome(reason: Reason, reasons: Sequence[Reason]) -> str:
    """Return the outcome of a trial and why, and why it was tried if no other trial shares that."""
    parts = [reason.why]
    tried_because = reason.evidence.get("tried_because")
    n_sharing = sum(trial.evidence.get("tried_because") == tried_because for trial in reasons)
    if tried_because and tried_because not in parts and n_sharing == 1:
        parts.append(str(tried_because))
    why = " ".join(part for part in parts if part)
    return f"{reason.choice}: {why}" if why else reason.choice


def format_reason(reason: Reason) -> str:
    """Return a reason as one paragraph, without its subject and its cell."""
    head = reason.choice
    if reason.score is not None:
        score = f"{reason.score.metric} {format_score_interval(reason.score)}"
        head = f"{head}, {score}" if head else score
    if reason.at_s is not None and head:
        head += f" after {format_seconds(reason.at_s)}"
    text = " ".join(f"{part.rstrip('.')}." for part in (head, reason.why) if part)
    return f"{text} ({format_evidence(reason.evidence)})" if reason.evidence else text


def _value(value: object) -> str:
    match value:
        case bool() | None:
            return str(value).lower()
        case float():
            return f"{value:.4g}"
        case int():
            return f"{value:,}"
        case list() | tuple():
            items = ", ".join(_value(item) for item in value[:6])
            return f"[{items}{', …' if len(value) > 6 else ''}]"
        case Mapping():
            inner = ", ".join(f"{printable(k)} {_value(v)}" for k, v in list(value.items())[:24])
            return f"({inner}{', …' if len(value) > 24 else ''})"
    return printable(value, 60)
