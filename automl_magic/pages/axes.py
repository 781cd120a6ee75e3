"""Chart axes as SVG: scales from values to pixels, and round tick values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from automl_magic.display.html import join_html, tag, text


@dataclass(frozen=True)
class Scale:
    """Maps values from `low` to `high` to pixels from `start` to `end`, linearly or by log10."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def to_pixel(self, value: float) -> float:
        """Return the pixel of a value, clipped to the scale and rounded to 0.1 pixels."""
        low, high = self._transform(self.low), self._transform(self.high)
        share = (self._transform(value) - low) / (high - low)
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 1)

    def contains(self, value: float) -> bool:
        return self.low <= value <= self.high

    def _transform(self, value: float) -> float:
        return math.log10(max(value, 1e-300)) if self.is_log else value


def fit_scale(
    values: Iterable[float], start: float, end: float, *, margin: float = 0.04, is_log: bool = False
) -> Scale:
    """Return a scale that contains all finite values. `margin` is a fraction of their range."""
    finite = [value for value in values if math.isfinite(value) and (value > 0 or not is_log)]
    low, high = (min(finite), max(finite)) if finite else (float(is_log), 1.0)
    if is_log:
        factor = (high / low) ** margin if high > low else 1.5
        return Scale(low / factor, high * factor, start, end, is_log=True)
    padding = (high - low) * margin
    if not padding:
        padding = abs(high) * 0.01 or 0.01
    return Scale(low - padding, high + padding, start, end)


def ticks(scale: Scale, target_count: int = 6) -> tuple[list[float], int]:
    """Return round tick values, and the number of decimals that distinguishes them."""
    if scale.is_log:
        return _log_ticks(scale), 3
    step = (scale.high - scale.low) / target_count
    unit = 10.0 ** math.floor(math.log10(step))
    step = next(unit * k for k in (1, 2, 5, 10) if unit * k >= step * (1 - 1e-9))
    first = math.ceil(scale.low / step - 1e-9)
    count = math.floor(scale.high / step + 1e-9) - first + 1
    return [(first + i) * step for i in range(count)], max(0, -math.floor(math.log10(step)))


def _log_ticks(scale: Scale) -> list[float]:
    decades = range(math.floor(math.log10(scale.low)), math.ceil(math.log10(scale.high)) + 1)
    for factors in ((1,), (1, 3), (1, 2, 5), tuple(range(1, 10))):
        values = [k * 10.0**d for d in decades for k in factors if scale.contains(k * 10.0**d)]
        if len(values) >= 3:
            return values
    # A range below one decade: use linear ticks.
    return ticks(Scale(scale.low, scale.high, scale.start, scale.end), target_count=4)[0]


def format_tick(value: float, decimals: int, scale: Scale) -> str:
    """Return a tick label, with thousands separators, or in scientific notation if needed."""
    if scale.is_log:
        return f"{value:.3g}"
    largest = max(abs(scale.low), abs(scale.high))
    if largest >= 1e7 or decimals > 6:
        return f"{value:.3g}"
    label = f"{value:,.{decimals}f}"
    return label.removeprefix("-") if not float(label.replace(",", "")) else label


def x_axis(scale: Scale, name: str, top: float, bottom: float) -> str:
    """Return vertical grid lines with tick labels and the axis title below."""
    tick_values, decimals = ticks(scale)
    marks = [
        tag("line", x1=scale.to_pixel(t), x2=scale.to_pixel(t), y1=top, y2=bottom, class_="am-grid")
        + tag(
            "text",
            text(format_tick(t, decimals, scale)),
            x=scale.to_pixel(t),
            y=bottom + 16,
            class_="am-tick",
        )
        for t in tick_values
    ]
    middle = (scale.start + scale.end) / 2
    title = tag("text", text(name, 70), x=middle, y=bottom + 34, class_="am-tick am-name-of-axis")
    return join_html(marks) + title


def y_axis(scale: Scale, name: str, left: float, right: float) -> str:
    """Return horizontal grid lines with tick labels on the left and the axis title above."""
    tick_values, decimals = ticks(scale, target_count=5)
    marks = [
        tag("line", x1=left, x2=right, y1=scale.to_pixel(t), y2=scale.to_pixel(t), class_="am-grid")
        + tag(
            "text",
            text(format_tick(t, decimals, scale)),
            x=left - 8,
            y=scale.to_pixel(t) + 4,
            class_="am-tick-left",
        )
        for t in tick_values
    ]
    return join_html(marks) + tag("text", text(name, 70), x=4, y=12, class_="am-name-of-axis")


def path(points: Iterable[tuple[float, float]], **attributes: object) -> str:
    """Return a line through points, in pixels."""
    d = " ".join(f"{'L' if i else 'M'}{x:g} {y:g}" for i, (x, y) in enumerate(points))
    return tag("path", d=d, fill="none", **attributes)


def area(
    upper: Iterable[tuple[float, float]], lower: Iterable[tuple[float, float]], **attributes: object
) -> str:
    """Return the area between two lines that run from left to right, in pixels."""
    outline = [*upper, *reversed(list(lower))]
    d = " ".join(f"{'L' if i else 'M'}{x:g} {y:g}" for i, (x, y) in enumerate(outline))
    return tag("path", d=f"{d} Z", **attributes)
