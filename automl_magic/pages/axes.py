"""Axes of the charts: a scale from values to pixels, round ticks, and their drawing as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from automl_magic.look.html import joined, tag, text


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` as pixels from `start` to `end`; `is_log` counts in factors."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        """Return the pixel of a value, kept on the scale and to a tenth of a pixel."""
        share = (self._of(value) - self._of(self.low)) / (self._of(self.high) - self._of(self.low))
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 1)

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def _of(self, value: float) -> float:
        return math.log10(max(value, 1e-300)) if self.is_log else value


def scale_of(
    values: Iterable[float], start: float, end: float, *, margin: float = 0.04, is_log: bool = False
) -> Scale:
    """Return a scale that holds all values, with a margin as a share of their span."""
    finite = [value for value in values if math.isfinite(value) and (value > 0 or not is_log)]
    low, high = (min(finite), max(finite)) if finite else (float(is_log), 1.0)
    if is_log:
        factor = (high / low) ** margin if high > low else 1.5
        return Scale(low / factor, high * factor, start, end, is_log=True)
    room = (high - low) * margin
    if not room:
        room = abs(high) * 0.01 or 0.01
    return Scale(low - room, high + room, start, end)


def ticks(scale: Scale, about: int = 6) -> tuple[list[float], int]:
    """Return round numbers along the scale, and the decimals that tell them apart."""
    if scale.is_log:
        return _log_ticks(scale), 3
    step = (scale.high - scale.low) / about
    unit = 10.0 ** math.floor(math.log10(step))
    step = next(unit * k for k in (1, 2, 5, 10) if unit * k >= step * (1 - 1e-9))
    first = math.ceil(scale.low / step - 1e-9)
    count = math.floor(scale.high / step + 1e-9) - first + 1
    return [(first + i) * step for i in range(count)], max(0, -math.floor(math.log10(step)))


def _log_ticks(scale: Scale) -> list[float]:
    decades = range(math.floor(math.log10(scale.low)), math.ceil(math.log10(scale.high)) + 1)
    for factors in ((1,), (1, 3), (1, 2, 5), tuple(range(1, 10))):
        found = [k * 10.0**d for d in decades for k in factors if scale.holds(k * 10.0**d)]
        if len(found) >= 3:
            return found
    # Within less than a decade, equal steps do.
    return ticks(Scale(scale.low, scale.high, scale.start, scale.end), about=4)[0]


def tick_text(value: float, decimals: int, scale: Scale) -> str:
    """Return a tick's number, with thousands apart, and powers for the very large and small."""
    if scale.is_log:
        return f"{value:.3g}"
    largest = max(abs(scale.low), abs(scale.high))
    if largest >= 1e7 or decimals > 6:
        return f"{value:.3g}"
    shown = f"{value:,.{decimals}f}"
    return shown.removeprefix("-") if not float(shown.replace(",", "")) else shown


def x_axis(scale: Scale, name: str, top: float, bottom: float) -> str:
    """Return vertical grid lines with their numbers below, and the axis's name below those."""
    found, decimals = ticks(scale)
    marks = [
        tag("line", x1=scale.at(t), x2=scale.at(t), y1=top, y2=bottom, class_="am-grid")
        + tag(
            "text",
            text(tick_text(t, decimals, scale)),
            x=scale.at(t),
            y=bottom + 16,
            class_="am-tick",
        )
        for t in found
    ]
    middle = (scale.start + scale.end) / 2
    title = tag("text", text(name, 70), x=middle, y=bottom + 34, class_="am-tick am-name-of-axis")
    return joined(marks) + title


def y_axis(scale: Scale, name: str, left: float, right: float) -> str:
    """Return horizontal grid lines with their numbers to the left, the axis's name above."""
    found, decimals = ticks(scale, about=5)
    marks = [
        tag("line", x1=left, x2=right, y1=scale.at(t), y2=scale.at(t), class_="am-grid")
        + tag(
            "text",
            text(tick_text(t, decimals, scale)),
            x=left - 8,
            y=scale.at(t) + 4,
            class_="am-tick-left",
        )
        for t in found
    ]
    return joined(marks) + tag("text", text(name, 70), x=4, y=12, class_="am-name-of-axis")


def path(points: Iterable[tuple[float, float]], **attributes: object) -> str:
    """Return a line through points that are pixels already."""
    d = " ".join(f"{'L' if i else 'M'}{x:g} {y:g}" for i, (x, y) in enumerate(points))
    return tag("path", d=d, fill="none", **attributes)


def area(
    upper: Iterable[tuple[float, float]], lower: Iterable[tuple[float, float]], **attributes: object
) -> str:
    """Return the area between two lines that run from left to right."""
    around = [*upper, *reversed(list(lower))]
    d = " ".join(f"{'L' if i else 'M'}{x:g} {y:g}" for i, (x, y) in enumerate(around))
    return tag("path", d=f"{d} Z", **attributes)
