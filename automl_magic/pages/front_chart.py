"""Score against the time for one row, with the size of the files: what nothing else beats."""

from __future__ import annotations

import math
from collections.abc import Sequence

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import file_size, milliseconds, number
from automl_magic.pages.axes import Scale, path, scale_of, x_axis, y_axis
from automl_magic.pages.figure import picture
from automl_magic.pages.links import linked
from automl_magic.records import LeaderboardRow

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 330, 70, 150, 24, 280
LABEL = 15  # pixels between two names
SMALLEST, LARGEST = 5.0, 13.0


def measured(rows: Sequence[LeaderboardRow]) -> list[LeaderboardRow]:
    """Return the rows whose latency was measured: those the model is made of, and the model."""
    return [row for row in rows if row.row_latency_ms is not None and row.score is not None]


def front_chart(rows: Sequence[LeaderboardRow], metric: str, *, higher_is_better: bool) -> str:
    """Return an SVG with a point for each measured row, or nothing where there are none.

    On the front a point is a filled diamond, off it an empty circle; its area grows with the size.
    The line joins those that nothing beats in score and time alone, from left to right.
    """
    shown = measured(rows)
    if not shown:
        return ""
    x = scale_of(map(_latency, shown), LEFT, WIDTH - RIGHT, margin=0.08, is_log=True)
    y = scale_of(map(_score, shown), BOTTOM, TOP, margin=0.1)
    if not higher_is_better:
        y = Scale(y.low, y.high, TOP, BOTTOM)
    points = [(x.at(_latency(r)), y.at(_score(r))) for r in _leading(shown, higher_is_better)]
    line = path(points, class_="am-front-line")
    largest = max((row.size_bytes or 0 for row in shown), default=0) or 1
    # Large points first: a small one is never hidden behind them.
    order = sorted(shown, key=lambda row: -(row.size_bytes or 0))
    names = _label_places([(x.at(_latency(row)), y.at(_score(row))) for row in order])
    return picture(
        x_axis(x, "milliseconds for one row (95th percentile)", TOP, BOTTOM),
        y_axis(y, metric, LEFT, WIDTH - RIGHT),
        line,
        joined(
            _point(row, x.at(_latency(row)), y.at(_score(row)), place, largest)
            for row, place in zip(order, names, strict=True)
        ),
        width=WIDTH,
        height=HEIGHT,
        title=f"{metric} against the time for one row",
        desc="; ".join(_in_words(row) for row in shown),
        is_linked=True,
    )


def _leading(rows: Sequence[LeaderboardRow], higher_is_better: bool) -> list[LeaderboardRow]:
    """Return the rows that score better than every quicker one, the quickest first."""
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
    return row.score.score


def _in_words(row: LeaderboardRow) -> str:
    size = f", {file_size(row.size_bytes)}" if row.size_bytes is not None else ""
    front = "on the front" if row.on_front else "beaten"
    return f"{row.name} {number(_score(row))}, {milliseconds(row.row_latency_ms)}{size}, {front}"


def _point(
    row: LeaderboardRow, x: float, y: float, name_at: tuple[float, float], largest: int
) -> str:
    share = math.sqrt((row.size_bytes or 0) / largest)
    r = round(SMALLEST + (LARGEST - SMALLEST) * share, 1)
    if row.on_front:
        corners = f"{x},{y - r} {x + r},{y} {x},{y + r} {x - r},{y}"
        shape = tag("polygon", points=corners, class_="am-dot am-on-front")
    else:
        shape = tag("circle", cx=x, cy=y, r=round(r * 0.8, 1), class_="am-dot am-off-front")
    name = tag(
        "text", text(row.name, 22), x=name_at[0] + r - SMALLEST, y=name_at[1], class_="am-name"
    )
    return linked(shape + name, row.link)


def _label_places(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return where names stand, right of their points, apart from one another."""
    order = sorted(range(len(points)), key=lambda i: points[i][1])
    places: dict[int, tuple[float, float]] = {}
    for i in order:
        x, y = points[i][0] + 10, points[i][1] + 4
        for other_x, other_y in sorted(places.values(), key=lambda place: place[1]):
            if abs(other_x - x) < 120 and abs(other_y - y) < LABEL:
                y = other_y + LABEL
        places[i] = (x, y)
    return [places[i] for i in range(len(points))]
