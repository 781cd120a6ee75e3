"""Partial dependence and ICE curves: the output by the value of one column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from automl_magic.display.html import join_html, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.axes import Scale
from automl_magic.pages.figure import data_table, figure
from automl_magic.pages.links import linked_briefly
from automl_magic.pages.report.formatting import class_name, format_cell, tabs
from automl_magic.pages.report.lines import BOTTOM, ChartFrame, Line, frame
from automl_magic.pages.report.section import ReportSection
from automl_magic.records import CellLink, Explanation
from automl_magic.records.explanations.inspection import (
    ColumnDependence,
    Dependence,
    DependenceLine,
)

MAX_NAMES = 12
STRIP = 8  # height of the density strip, in pixels


def dependence_section(explanation: Explanation, section: Dependence) -> list[str]:
    """Return the section: a chart per column and output, one at a time."""
    link = explanation.link(section.cell_id)
    lead = (
        _(
            "Each chart sets one column to each value of a grid in all rows and averages the "
            "output ({scale})."
        ).format(scale=section.scale),
        _("If the thin lines of single rows cross, other columns matter too."),
    )
    options = [
        (column.column, _column(explanation, column, i, link))
        for i, column in enumerate(section.columns)
    ]
    body = tabs("dependence", _("Column"), options) if options else ""
    return [text(" ".join(lead), 500), body]


def _column(
    explanation: Explanation, column: ColumnDependence, position: int, link: CellLink
) -> str:
    order = sorted(column.lines, key=lambda line: line.output != explanation.output)
    options = [
        (class_name(explanation, line.output), _figure(explanation, column, line, link))
        for line in order
    ]
    return tabs(f"dependence-{position}", _("Class"), options) if options else ""


def _figure(
    explanation: Explanation, column: ColumnDependence, line: DependenceLine, link: CellLink
) -> str:
    xs = _positions(column)
    flat = [value for values in (line.mean, line.low, line.high, *line.ice) for value in values]
    output = class_name(explanation, line.output)
    name = format_cell(column.column, 50)
    is_numeric = _is_numeric(column)
    # Unordered levels have half a step of padding on each side and no lines between them.
    x_values = xs if column.ordered else [-0.5, len(xs) - 0.5]
    y_name = _("Output for {output}").format(output=output)
    chart = frame(x_values, flat, name if is_numeric else "", y_name)
    level_names = "" if is_numeric else _level_names(column, xs, chart.x)
    title = _("Output for {output} by {column}").format(output=output, column=name)
    lowest, highest = min(line.mean), max(line.mean)
    desc = _("The mean goes from {low} at {low_value} to {high} at {high_value}.").format(
        low=format_number(lowest, 3),
        low_value=format_cell(column.grid[line.mean.index(lowest)], 40),
        high=format_number(highest, 3),
        high_value=format_cell(column.grid[line.mean.index(highest)], 40),
    )
    more = level_names + _strip(column, xs, chart.x)
    if column.ordered:
        svg = chart.draw(
            [*(Line(xs, ice, "am-thin") for ice in line.ice), Line(xs, line.mean, "am-best")],
            title=title,
            desc=desc,
            band=(xs, line.low, line.high),
            more=more,
        )
        key = ngettext(
            "The band contains the middle 80% of the rows. {n} thin line is a single row.",
            "The band contains the middle 80% of the rows. {n} thin lines are single rows.",
            len(line.ice),
        ).format(n=len(line.ice))
    else:
        svg = chart.draw([], title=title, desc=desc, more=_levels(xs, line, chart) + more)
        key = _("Dots are means over the rows. Bars contain the middle 80% of the rows.")
    caption = f"{desc} {key} {_('The strip below is darker where there are more rows.')}"
    rows = [
        (
            text(format_cell(grid_value)),
            *(linked_briefly(format_number(v, 3), link) for v in values),
        )
        for grid_value, *values in zip(
            column.grid, line.mean, line.low, line.high, column.density, strict=True
        )
    ]
    headings = (name, _("Mean"), _("Low (10%)"), _("High (90%)"), _("Share of rows"))
    return figure(svg, caption, data_table(headings, rows, title, link=link), label=title)


def _levels(xs: Sequence[float], line: DependenceLine, chart: ChartFrame) -> str:
    """Return a bar and a dot for each unordered level."""
    marks = []
    for level, mean, low, high in zip(xs, line.mean, line.low, line.high, strict=True):
        x = chart.x.to_pixel(level)
        marks += [
            tag(
                "line",
                x1=x,
                x2=x,
                y1=chart.y.to_pixel(low),
                y2=chart.y.to_pixel(high),
                class_="am-bar",
            ),
            tag("circle", cx=x, cy=chart.y.to_pixel(mean), r=5, class_="am-dot am-best"),
        ]
    return join_html(marks)


def _is_numeric(column: ColumnDependence) -> bool:
    return column.ordered and all(isinstance(value, int | float) for value in column.grid)


def _positions(column: ColumnDependence) -> list[float]:
    """Return the grid as x values: numbers, timestamps of dates, or the indices of levels."""
    if _is_numeric(column):
        return [float(value) for value in column.grid]
    if column.ordered:
        try:
            return [datetime.fromisoformat(str(value)).timestamp() for value in column.grid]
        except ValueError:
            pass
    return [float(i) for i in range(len(column.grid))]


def _level_names(column: ColumnDependence, xs: Sequence[float], x: Scale) -> str:
    """Return the names of levels or dates below the axis, in two lines, instead of numbers."""
    cover = tag("rect", x=0, y=BOTTOM + 1, width=x.end + 24, height=50, class_="am-cover")
    step = -(-len(column.grid) // MAX_NAMES)
    names = [
        tag(
            "text",
            text(format_cell(value, 14)),
            x=x.to_pixel(position),
            y=BOTTOM + 16 + (i % 2) * 15,
            class_="am-tick",
        )
        for i, (value, position) in enumerate(list(zip(column.grid, xs, strict=True))[::step])
    ]
    return cover + join_html(names)


def _strip(column: ColumnDependence, xs: Sequence[float], x: Scale) -> str:
    """Return the strip that shows the density of the rows along the axis."""
    max_density = max(column.density, default=0.0)
    if not max_density:
        return ""
    ends = (xs[0], xs[-1]) if column.ordered else (xs[0] - 0.5, xs[-1] + 0.5)
    edges = [ends[0], *((a + b) / 2 for a, b in pairwise(xs)), ends[1]]
    return join_html(
        tag(
            "rect",
            x=x.to_pixel(left),
            y=BOTTOM - STRIP,
            width=round(max(x.to_pixel(right) - x.to_pixel(left), 1), 1),
            height=STRIP,
            class_="am-block",
            opacity=round(0.06 + 0.74 * density / max_density, 2),
        )
        for left, right, density in zip(edges, edges[1:], column.density, strict=False)
    )


SECTION = ReportSection(
    record=Dependence,
    title=lambda: _("Partial dependence"),
    position=9,
    draw=dependence_section,
)
