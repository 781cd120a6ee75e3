"""Why a run did what it did, in plain text: short paragraphs, each with its cell in brackets."""

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
# More lines than these are counted instead of shown; `--json` has all.
MOST_OTHERS = 12


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


def _section(section: Section, run_id: str) -> list[str]:
    if section.name == "trials":
        return _trials(section.reasons, run_id)
    shown = section.reasons[:MOST_OTHERS]
    labels = [safe(r.label, 60) for r in shown]
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
            f"  {safe(reason.name, 8):>3}  {safe(reason.candidate, 18):<18} "
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
