"""Partial dependence and single rows: the output with one column set to each of its values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import number
from automl_magic.pages.axes import Scale
from automl_magic.pages.figure import figure, table
from automl_magic.pages.links import linked_briefly
from automl_magic.pages.report.lines import BOTTOM, Frame, Line, frame
from automl_magic.pages.report.section import ReportSection
from automl_magic.pages.report.words import choice, class_name, plain
from automl_magic.records import Explanation, Link
from automl_magic.records.explanations.explained import Dependence, DependenceLine, DependenceOf

MOST_NAMES = 12
STRIP = 8  # the height of the strip that says where rows are, in pixels


def dependence_section(told: Explanation, found: Dependence) -> list[str]:
    """Return the section: for each column a chart for each output, one shown at a time."""
    link = told.link(found.cell_id)
    lead = (
        f"One column is set to each value of a grid in all rows, and the output "
        f"({text(found.scale, 200)}) is averaged. Where thin lines of single rows "
        "cross, other columns matter too."
    )
    options = [(one.column, _column(told, one, i, link)) for i, one in enumerate(found.columns)]
    body = choice("dependence", "Column", options) if options else ""
    return [lead, body]


def _column(told: Explanation, one: DependenceOf, position: int, link: Link) -> str:
    order = sorted(one.lines, key=lambda line: line.output != told.output)
    options = [(class_name(told, line.output), _figure(told, one, line, link)) for line in order]
    return choice(f"dependence-{position}", "Class", options) if options else ""


def _figure(told: Explanation, one: DependenceOf, line: DependenceLine, link: Link) -> str:
    xs = _positions(one)
    flat = [value for values in (line.mean, line.low, line.high, *line.ice) for value in values]
    of = class_name(told, line.output)
    name = plain(one.column, 50)
    is_scale = _is_scale(one)
    # Levels without an order get half a place on each side, and nothing is drawn between them.
    room = xs if one.ordered else [-0.5, len(xs) - 0.5]
    shown = frame(room, flat, name if is_scale else "", f"output for {of}")
    names = "" if is_scale else _names_below(one, xs, shown.x)
    title = f"Output for {of} by {name}"
    lowest, highest = min(line.mean), max(line.mean)
    desc = (
        f"On average from {number(lowest, 3)} at {plain(one.grid[line.mean.index(lowest)], 40)} "
        f"to {number(highest, 3)} at {plain(one.grid[line.mean.index(highest)], 40)}"
    )
    more = names + _strip(one, xs, shown.x)
    if one.ordered:
        svg = shown.draw(
            [*(Line(xs, ice, "am-thin") for ice in line.ice), Line(xs, line.mean, "am-best")],
            title=title,
            desc=desc,
            band=(xs, line.low, line.high),
            more=more,
        )
        marks = "The band holds the middle 80 % of the rows, "
        marks += f"{len(line.ice)} thin lines are single rows"
    else:
        svg = shown.draw([], title=title, desc=desc, more=_levels(xs, line, shown) + more)
        marks = "A dot is the mean over the rows, its bar holds the middle 80 % of them"
    said = f"{desc}. {marks}; the stronger the strip below, the more rows have such a value."
    rows = [
        (text(plain(at)), *(linked_briefly(number(v, 3), link) for v in values))
        for at, *values in zip(one.grid, line.mean, line.low, line.high, one.density, strict=True)
    ]
    heads = (name, "mean", "low (10 %)", "high (90 %)", "share of rows")
    return figure(svg, said, table(heads, rows, title, link=link), label=title)


def _levels(xs: Sequence[float], line: DependenceLine, shown: Frame) -> str:
    """Return a bar and a dot for each level: a line would say that one leads to the next."""
    marks = []
    for at, mean, low, high in zip(xs, line.mean, line.low, line.high, strict=True):
        x = shown.x.at(at)
        marks += [
            tag("line", x1=x, x2=x, y1=shown.y.at(low), y2=shown.y.at(high), class_="am-bar"),
            tag("circle", cx=x, cy=shown.y.at(mean), r=5, class_="am-dot am-best"),
        ]
    return joined(marks)


def _is_scale(one: DependenceOf) -> bool:
    return one.ordered and all(isinstance(value, int | float) for value in one.grid)


def _positions(one: DependenceOf) -> list[float]:
    """Return where the grid stands on the axis: numbers as they are, dates by time, levels 0, 1…"""
    if _is_scale(one):
        return [float(value) for value in one.grid]
    if one.ordered:
        try:
            return [datetime.fromisoformat(str(value)).timestamp() for value in one.grid]
        except ValueError:
            pass
    return [float(i) for i in range(len(one.grid))]


def _names_below(one: DependenceOf, xs: Sequence[float], x: Scale) -> str:
    """Return names of levels or dates in two lines below the axis, in place of its numbers."""
    cover = tag("rect", x=0, y=BOTTOM + 1, width=x.end + 24, height=50, class_="am-cover")
    step = -(-len(one.grid) // MOST_NAMES)
    names = [
        tag(
            "text",
            text(plain(value, 14)),
            x=x.at(at),
            y=BOTTOM + 16 + (i % 2) * 15,
            class_="am-tick",
        )
        for i, (value, at) in enumerate(list(zip(one.grid, xs, strict=True))[::step])
    ]
    return cover + joined(names)


def _strip(one: DependenceOf, xs: Sequence[float], x: Scale) -> str:
    most = max(one.density, default=0.0)
    if not most:
        return ""
    ends = (xs[0], xs[-1]) if one.ordered else (xs[0] - 0.5, xs[-1] + 0.5)
    edges = [ends[0], *((a + b) / 2 for a, b in pairwise(xs)), ends[1]]
    return joined(
        tag(
            "rect",
            x=x.at(left),
            y=BOTTOM - STRIP,
            width=round(max(x.at(right) - x.at(left), 1), 1),
            height=STRIP,
            class_="am-block",
            opacity=round(0.06 + 0.74 * share / most, 2),
        )
        for left, right, share in zip(edges, edges[1:], one.density, strict=False)
    )


SECTION = ReportSection(
    record=Dependence,
    title="How the output follows one column",
    place=9,
    draw=dependence_section,
)
