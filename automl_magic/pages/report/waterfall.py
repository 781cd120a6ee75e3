"""Waterfall charts: from the base value to the output of a row, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl_magic.display.html import join_html, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.axes import Scale, fit_scale, x_axis
from automl_magic.pages.figure import data_table, figure, svg_image
from automl_magic.pages.links import linked_briefly
from automl_magic.records import CellLink

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 270, 70, 24, 12
MAX_STEPS = 12
MAX_ROWS = 40  # of the table


@dataclass(frozen=True)
class Step:
    """A column of a row: its value (plain text), and its contribution to the output."""

    column: str
    value: str
    adds: float


def waterfall_figure(
    base: float, steps: Sequence[Step], total: float, *, unit: str, title: str, link: CellLink
) -> str:
    """Return a figure of the largest steps, with the others summed up; its table has more."""
    ordered = sorted(steps, key=lambda step: -abs(step.adds))
    largest, remaining = ordered[:MAX_STEPS], ordered[MAX_STEPS:]
    if remaining:
        largest = [
            *largest,
            Step(_other_columns(len(remaining)), "", sum(s.adds for s in remaining)),
        ]
    ends = _running_totals(base, largest)
    x = fit_scale([base, total, *ends], LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(largest)
    svg = svg_image(
        x_axis(x, _("Output ({unit})").format(unit=unit), TOP, bottom),
        tag(
            "line",
            x1=x.to_pixel(base),
            x2=x.to_pixel(base),
            y1=TOP,
            y2=bottom,
            class_="am-reference",
        ),
        join_html(
            _step(step, x, start, end, TOP + ROW * (i + 0.5))
            for i, (step, start, end) in enumerate(
                zip(largest, [base, *ends[:-1]], ends, strict=True)
            )
        ),
        width=WIDTH,
        height=bottom + 44,
        title=title,
        desc=_("From {start} to {end}.").format(
            start=format_number(base, 3), end=format_number(total, 3)
        )
        + " "
        + "; ".join(f"{_label(step)} {step.adds:+.3g}" for step in largest),
    )
    rows = [
        (text(step.column, 80), text(step.value, 80), linked_briefly(f"{step.adds:+.3g}", link))
        for step in ordered[:MAX_ROWS]
    ]
    if len(ordered) > MAX_ROWS:
        contribution = sum(step.adds for step in ordered[MAX_ROWS:])
        label = text(_other_columns(len(ordered) - MAX_ROWS))
        rows.append((label, "", linked_briefly(f"{contribution:+.3g}", link)))
    headings = (_("Column"), _("Value"), _("Contribution ({unit})").format(unit=unit))
    caption = (
        _("From {start}, the mean over the background rows, to {end} for this row.").format(
            start=format_number(base, 3), end=format_number(total, 3)
        ),
        _("▲ raises the output, ▼ lowers it."),
    )
    data = data_table(headings, rows, title, link=link)
    return figure(svg, " ".join(caption), data, label=title)


def _other_columns(n: int) -> str:
    return ngettext("{n} other column", "{n} other columns", n).format(n=n)


def _running_totals(base: float, steps: Sequence[Step]) -> list[float]:
    totals, total = [], base
    for step in steps:
        total += step.adds
        totals.append(total)
    return totals


def _label(step: Step) -> str:
    return f"{step.column} = {step.value}" if step.value else step.column


def _step(step: Step, x: Scale, start: float, end: float, y: float) -> str:
    left, right = sorted((x.to_pixel(start), x.to_pixel(end)))
    is_up = step.adds >= 0
    return (
        tag("text", text(_label(step), 36), x=LEFT - 12, y=y + 4, class_="am-row-name")
        + tag(
            "rect",
            x=left,
            y=y - 7,
            width=round(max(right - left, 1), 1),
            height=14,
            class_="am-block am-up" if is_up else "am-block",
        )
        + tag(
            "text",
            f"{'▲' if is_up else '▼'} {step.adds:+.3g}",
            x=right + 6,
            y=y + 4,
            class_="am-value",
        )
    )
