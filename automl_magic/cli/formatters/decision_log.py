"""The reasons for the decisions of a run as plain text, each with its cell in brackets."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from automl_magic.decision_log import DecisionLog, LogSection, Reason
from automl_magic.decision_log.formatting import (
    format_outcome,
    format_outcome_counts,
    format_reason,
    format_rejected,
    format_run_status,
    select_trials,
)
from automl_magic.display.numbers import format_number, format_seconds
from automl_magic.display.text import printable

WIDTH, LABEL, MAX_LABEL = 100, 13, 26
# Lines per section. The rest is only counted. `--json` prints all.
MAX_ROWS = 12


def format_decision_log(decision_log: DecisionLog) -> str:
    """Format a decision log. Long sections are cut, with the command that shows the rest."""
    run_id = printable(decision_log.run_id)
    limited_to = f", {printable(decision_log.limited_to, 80)}" if decision_log.limited_to else ""
    ended = format_run_status(decision_log.status, was_stopped_early=decision_log.was_stopped_early)
    status = f"Run {run_id} {ended}{limited_to}."
    lines = [f"{status} Cells of {decision_log.notebook} are in [brackets]."]
    for sentence in decision_log.advice:
        lines += ["", *_wrap("Note: ", sentence)]
    for section in decision_log.sections:
        lines += ["", section.title, *_section(section, run_id)]
    if decision_log.missing:
        lines += ["", *(line for sentence in decision_log.missing for line in _wrap("", sentence))]
    if decision_log.limited_to is None and decision_log.section("trials"):
        lines += ["", f"More: automl why {run_id} --trial N, --candidate NAME or --column NAME"]
    return "\n".join(lines)


def _section(section: LogSection, run_id: str) -> list[str]:
    if section.name == "trials":
        return _trials(section.reasons, run_id)
    visible = section.reasons[:MAX_ROWS]
    labels = [printable(r.label, 60) for r in visible]
    width = min(max(LABEL, *map(len, labels)), MAX_LABEL)
    lines: list[str] = []
    previous_rejected: tuple[str, ...] = ()
    for label, reason in zip(labels, visible, strict=True):
        lines += _wrap(f"  {label:<{width}}  ", format_reason(reason) + _cell(reason), width + 4)
        if reason.rejected != previous_rejected:
            for rejected in reason.rejected:
                lines += _wrap(" " * (width + 4), format_rejected(rejected), width + 6)
        previous_rejected = reason.rejected
    if more := len(section.reasons) - len(visible):
        lines.append(f"  … and {more} more: automl why {run_id} --json")
    return lines


def _trials(reasons: Sequence[Reason], run_id: str) -> list[str]:
    visible, hidden = select_trials(reasons)
    lines = [f"  {'#':>3}  {'candidate':<18} {'score':>8} {'took':>8}  result"]
    for reason in visible:
        score = format_number(reason.score.score) if reason.score else "–"
        label = (
            f"  {printable(reason.name, 8):>3}  {printable(reason.candidate, 18):<18} "
            f"{score:>8} {format_seconds(reason.fit_s):>8}  "
        )
        lines += _wrap(label, format_outcome(reason, reasons) + _cell(reason), len(label))
    if hidden:
        lines.append(
            f"  … and {format_outcome_counts(hidden)}. For each one: automl why {run_id} --trial N"
        )
    return lines


def _cell(reason: Reason) -> str:
    return f" [{printable(reason.link.cell_id, 40)}]" if reason.link else ""


def _wrap(label: str, text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        printable(text, 1000),
        WIDTH,
        initial_indent=label,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
