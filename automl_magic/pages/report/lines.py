"""Line charts: curves, calibration, cost and partial dependence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl_magic.display.html import join_html, tag, text
from automl_magic.pages.axes import Scale, area, fit_scale, path, x_axis, y_axis
from automl_magic.pages.figure import svg_image

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 340, 70, 24, 26, 290
SQUARE = 420


@dataclass(frozen=True)
class Line:
    """A line through points from left to right. `kind` is a CSS class."""

    x: Sequence[float]
    y: Sequence[float]
    kind: str = ""


@dataclass(frozen=True)
class Mark:
    """A named point, such as the model's threshold."""

    x: float
    y: float
    name: str


@dataclass(frozen=True)
class ChartFrame:
    """A chart with two axes, which draws a band, lines and marks in this order."""

    x: Scale
    y: Scale
    x_name: str
    y_name: str
    width: float = WIDTH

    def draw(
        self,
        lines: Sequence[Line],
        *,
        title: str,
        desc: str,
        band: tuple[Sequence[float], Sequence[float], Sequence[float]] | None = None,
        marks: Sequence[Mark] = (),
        more: str = "",
    ) -> str:
        """Return the SVG. `band` is (x, low, high); `more` is SVG to draw on top."""
        x, y = self.x, self.y
        shade = ""
        if band is not None:
            xs, low, high = band
            shade = area(self._points(xs, high), self._points(xs, low), class_="am-band")
        paths = [
            path(self._points(line.x, line.y), class_=f"am-line {line.kind}".strip())
            for line in lines
        ]
        return svg_image(
            x_axis(x, self.x_name, min(y.start, y.end), max(y.start, y.end)),
            y_axis(y, self.y_name, x.start, x.end),
            shade,
            join_html(paths),
            join_html(self._mark(mark, marks) for mark in marks),
            more,
            width=self.width,
            height=HEIGHT,
            title=title,
            desc=desc,
        )

    def _points(self, xs: Sequence[float], ys: Sequence[float]) -> list[tuple[float, float]]:
        return [(self.x.to_pixel(a), self.y.to_pixel(b)) for a, b in zip(xs, ys, strict=True)]

    def _mark(self, mark: Mark, marks: Sequence[Mark]) -> str:
        """Draw a mark. Two marks have their labels outside; one has it on the wider side."""
        px, py = self.x.to_pixel(mark.x), self.y.to_pixel(mark.y)
        middle = (self.x.start + self.x.end) / 2
        is_right = px > middle if len(marks) == 1 else mark.x < max(m.x for m in marks)
        if px < self.x.start + 60 or px > self.x.end - 60:
            is_right = px > middle
        return tag("circle", cx=px, cy=py, r=5, class_="am-dot am-best") + tag(
            "text",
            text(mark.name, 40),
            x=px - 9 if is_right else px + 9,
            y=py - 8 if py > TOP + 30 else py + 18,
            text_anchor="end" if is_right else "start",
            class_="am-name",
        )


def frame(
    xs: Sequence[float],
    ys: Sequence[float],
    x_name: str,
    y_name: str,
    *,
    is_share: bool = False,
) -> ChartFrame:
    """Return a frame that contains all values; for shares, a square from 0 to 1."""
    if is_share:
        width = SQUARE
        x, y = Scale(0, 1, LEFT, width - RIGHT), Scale(0, 1, BOTTOM, TOP)
        return ChartFrame(x, y, x_name, y_name, width)
    x = fit_scale(xs, LEFT, WIDTH - RIGHT, margin=0.02)
    return ChartFrame(x, fit_scale(ys, BOTTOM, TOP, margin=0.08), x_name, y_name)
