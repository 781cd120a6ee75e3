"""A waterfall: from the base value to the output of one row, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import number
from automl_magic.pages.axes import Scale, scale_of, x_axis
from automl_magic.pages.figure import figure, picture, table
from automl_magic.pages.links import linked_briefly
from automl_magic.records import Link

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 270, 70, 24, 12
MOST = 12
MOST_ROWS = 40  # of the table


@dataclass(frozen=True)
class Step:
    """One column of a row: its value (plain text), and what it adds to the output."""

    column: str
    value: str
    adds: float


def waterfall_figure(
    base: float, steps: Sequence[Step], total: float, *, unit: str, title: str, link: Link
) -> str:
    """Return a figure of the largest steps, the rest as one; its table has many more of them."""
    order = sorted(steps, key=lambda step: -abs(step.adds))
    shown, rest = order[:MOST], order[MOST:]
    if rest:
        left = sum(step.adds for step in rest)
        shown = [*shown, Step(f"{len(rest)} other columns", "", left)]
    ends = _running(base, shown)
    x = scale_of([base, total, *ends], LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(shown)
    svg = picture(
        x_axis(x, f"output, {unit}", TOP, bottom),
        tag("line", x1=x.at(base), x2=x.at(base), y1=TOP, y2=bottom, class_="am-reference"),
        joined(
            _step(step, x, start, end, TOP + ROW * (i + 0.5))
            for i, (step, start, end) in enumerate(
                zip(shown, [base, *ends[:-1]], ends, strict=True)
            )
        ),
        width=WIDTH,
        height=bottom + 44,
        title=title,
        desc=f"From {number(base, 3)} to {number(total, 3)}: "
        + "; ".join(f"{_named(step)} {step.adds:+.3g}" for step in shown),
    )
    rows = [
        (text(step.column, 80), text(step.value, 80), linked_briefly(f"{step.adds:+.3g}", link))
        for step in order[:MOST_ROWS]
    ]
    if len(order) > MOST_ROWS:
        left = sum(step.adds for step in order[MOST_ROWS:])
        others = f"{len(order) - MOST_ROWS} other columns"
        rows.append((others, "", linked_briefly(f"{left:+.3g}", link)))
    heads = ("Column", "value", f"adds ({unit})")
    said = (
        f"From {number(base, 3)}, the mean over the background rows, to {number(total, 3)} for "
        "this row. ▲ raises the output, ▼ lowers it."
    )
    data = table(heads, rows, title, link=link)
    return figure(svg, said, data, label=title)


def _running(base: float, steps: Sequence[Step]) -> list[float]:
    ends, at = [], base
    for step in steps:
        at += step.adds
        ends.append(at)
    return ends


def _named(step: Step) -> str:
    return f"{step.column} = {step.value}" if step.value else step.column


def _step(step: Step, x: Scale, start: float, end: float, y: float) -> str:
    left, right = sorted((x.at(start), x.at(end)))
    is_up = step.adds >= 0
    return (
        tag("text", text(_named(step), 36), x=LEFT - 12, y=y + 4, class_="am-row-name")
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
