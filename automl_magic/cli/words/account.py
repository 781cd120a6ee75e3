"""The reasons for the decisions of a run as plain text, each with its cell in brackets."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from automl_magic.look.numbers import number, seconds
from automl_magic.look.text import safe
from automl_magic.reasons import Account, Reason, Section
from automl_magic.reasons.phrases import (
    counted,
    fate_text,
    how_it_is,
    rejected_text,
    said,
    told_trials,
)

WIDTH, LABEL, WIDEST_LABEL = 100, 13, 26
# Lines per section. The rest is only counted. `--json` prints all.
MOST_OTHERS = 12


def account(decision_log: Account) -> str:
    """Format a decision log. Long sections are cut, with the command that shows the rest."""
    run_id = safe(decision_log.run_id)
    limited_to = f", {safe(decision_log.asked, 80)}" if decision_log.asked else ""
    status = f"Run {run_id} {how_it_is(decision_log.status)}{limited_to}."
    lines = [f"{status} Cells of {decision_log.notebook} are in [brackets]."]
    for sentence in decision_log.advice:
        lines += ["", *_wrap("Note: ", sentence)]
    for section in decision_log.sections:
        lines += ["", section.title, *_section(section, run_id)]
    if decision_log.missing:
        lines += ["", *(line for sentence in decision_log.missing for line in _wrap("", sentence))]
    if decision_log.asked is None and decision_log.section("trials"):
        lines += ["", f"More: automl why {run_id} --trial N, --candidate NAME or --column NAME"]
    return "\n".join(lines)


def _section(section: Section, run_id: str) -> list[str]:
    if section.name == "trials":
        return _trials(section.reasons, run_id)
    visible = section.reasons[:MOST_OTHERS]
    labels = [safe(r.label, 60) for r in visible]
    width = min(max(LABEL, *map(len, labels)), WIDEST_LABEL)
    lines: list[str] = []
    previous_rejected: tuple[str, ...] = ()
    for label, reason in zip(labels, visible, strict=True):
        lines += _wrap(f"  {label:<{width}}  ", said(reason) + _cell(reason), width + 4)
        if reason.rejected != previous_rejected:
            for rejected in reason.rejected:
                lines += _wrap(" " * (width + 4), rejected_text(rejected), width + 6)
        previous_rejected = reason.rejected
    if more := len(section.reasons) - len(visible):
        lines.append(f"  … and {more} more: automl why {run_id} --json")
    return lines


def _trials(reasons: Sequence[Reason], run_id: str) -> list[str]:
    visible, hidden = told_trials(reasons)
    lines = [f"  {'#':>3}  {'candidate':<18} {'score':>8} {'took':>8}  result"]
    for reason in visible:
        score = number(reason.score.score) if reason.score else "–"
        label = (
            f"  {safe(reason.name, 8):>3}  {safe(reason.candidate, 18):<18} "
            f"{score:>8} {seconds(reason.fit_s):>8}  "
        )
        lines += _wrap(label, fate_text(reason, reasons) + _cell(reason), len(label))
    if hidden:
        lines.append(f"  … and {counted(hidden)}. For each one: automl why {run_id} --trial N")
    return lines


def _cell(reason: Reason) -> str:
    return f" [{safe(reason.link.cell_id, 40)}]" if reason.link else ""


def _wrap(label: str, text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(
        safe(text, 1000),
        WIDTH,
        initial_indent=label,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
