"""The Pareto chart: score against latency, with the size of the files as the points' area."""

from __future__ import annotations

import math
from collections.abc import Sequence

from automl_magic.display.html import join_html, tag, text
from automl_magic.display.numbers import format_file_size, format_milliseconds, format_number
from automl_magic.display.translation import _
from automl_magic.pages.axes import Scale, fit_scale, path, x_axis, y_axis
from automl_magic.pages.figure import svg_image
from automl_magic.pages.links import link_html
from automl_magic.records import LeaderboardRow

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 330, 70, 150, 24, 280
LABEL = 15  # minimum distance between two labels, in pixels
SMALLEST, LARGEST = 5.0, 13.0


def measured_rows(rows: Sequence[LeaderboardRow]) -> list[LeaderboardRow]:
    """Return the rows with a measured latency: the final model and its members."""
    return [row for row in rows if row.row_latency_ms is not None and row.score is not None]


def pareto_chart(rows: Sequence[LeaderboardRow], metric: str, *, higher_is_better: bool) -> str:
    """Return an SVG with a point for each measured row, or nothing if there are none.

    Points on the front are filled diamonds, the others empty circles. Their area grows with the
    size. The line joins the rows that lead by score and latency only, from left to right.
    """
    points = measured_rows(rows)
    if not points:
        return ""
    x = fit_scale(map(_latency, points), LEFT, WIDTH - RIGHT, margin=0.08, is_log=True)
    y = fit_scale(map(_score, points), BOTTOM, TOP, margin=0.1)
    if not higher_is_better:
        y = Scale(y.low, y.high, TOP, BOTTOM)
    leading = [
        (x.to_pixel(_latency(r)), y.to_pixel(_score(r))) for r in _leading(points, higher_is_better)
    ]
    line = path(leading, class_="am-front-line")
    largest = max((row.size_bytes or 0 for row in points), default=0) or 1
    # Draw large points first, so that they don't hide small ones.
    order = sorted(points, key=lambda row: -(row.size_bytes or 0))
    label_positions = _label_positions(
        [(x.to_pixel(_latency(row)), y.to_pixel(_score(row))) for row in order]
    )
    return svg_image(
        x_axis(x, _("Row latency in ms (95th percentile)"), TOP, BOTTOM),
        y_axis(y, metric, LEFT, WIDTH - RIGHT),
        line,
        join_html(
            _point(row, x.to_pixel(_latency(row)), y.to_pixel(_score(row)), position, largest)
            for row, position in zip(order, label_positions, strict=True)
        ),
        width=WIDTH,
        height=HEIGHT,
        title=_("{metric} by row latency").format(metric=metric),
        desc=" ".join(_describe(row) for row in points),
        is_linked=True,
    )


def _leading(rows: Sequence[LeaderboardRow], higher_is_better: bool) -> list[LeaderboardRow]:
    """Return the rows that score better than all faster ones, the fastest first."""
    sign = 1 if higher_is_better else -1
    leading: list[LeaderboardRow] = []
    for row in sorted(rows, key=lambda row: (_latency(row), -sign * _score(row))):
        if not leading or sign * _score(row) > sign * _score(leading[-1]):
            leading.append(row)
    return leading


def _latency(row: LeaderboardRow) -> float:
    return max(row.row_latency_ms or 0.0, 1e-4)


def _score(row: LeaderboardRow) -> float:
    assert row.score is not None
    return row.score.value


def _describe(row: LeaderboardRow) -> str:
    size = f", {format_file_size(row.size_bytes)}" if row.size_bytes is not None else ""
    measures = f"{format_number(_score(row))}, {format_milliseconds(row.row_latency_ms)}{size}"
    sentence = (
        _("{model} ({measures}) is on the Pareto front.")
        if row.on_front
        else _("{model} ({measures}) is dominated.")
    )
    return sentence.format(model=row.name, measures=measures)


def _point(
    row: LeaderboardRow, x: float, y: float, label_position: tuple[float, float], largest: int
) -> str:
    share = math.sqrt((row.size_bytes or 0) / largest)
    r = round(SMALLEST + (LARGEST - SMALLEST) * share, 1)
    if row.on_front:
        corners = f"{x},{y - r} {x + r},{y} {x},{y + r} {x - r},{y}"
        shape = tag("polygon", points=corners, class_="am-dot am-on-front")
    else:
        shape = tag("circle", cx=x, cy=y, r=round(r * 0.8, 1), class_="am-dot am-off-front")
    label_x, label_y = label_position
    name = tag("text", text(row.name, 22), x=label_x + r - SMALLEST, y=label_y, class_="am-name")
    return link_html(shape + name, row.link)


def _label_positions(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return label positions to the right of the points, without overlaps."""
    order = sorted(range(len(points)), key=lambda i: points[i][1])
    positions: dict[int, tuple[float, float]] = {}
    for i in order:
        x, y = points[i][0] + 10, points[i][1] + 4
        for other_x, other_y in sorted(positions.values(), key=lambda position: position[1]):
            if abs(other_x - x) < 120 and abs(other_y - y) < LABEL:
                y = other_y + LABEL
        positions[i] = (x, y)
    return [positions[i] for i in range(len(points))]
