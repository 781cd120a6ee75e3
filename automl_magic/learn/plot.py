"""Plot a search: the score of each trial over time, and the best score so far.

The chart is written as SVG by hand. That takes a millisecond, so it can be drawn while the search
uses the processor, and needs no library. Its background is opaque for notebooks with a dark theme.
The colors are those of Okabe and Ito, which suit all kinds of color vision, and shapes repeat their
meaning.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from automl_magic.display.figures import SvgFigure
from automl_magic.display.numbers import format_score
from automl_magic.display.text import printable
from automl_magic.learn.candidate import BASELINE
from automl_magic.records import Metric, Trial

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 74, 16, 34, 44
LINE, DOT, NO_SCORE, INK, GRID, PAPER = (
    "#0072b2",
    "#e69f00",
    "#8a8a8a",
    "#24292f",
    "#e1e4e8",
    "#ffffff",
)
# Scores this many times further from the best than the median are off the scale.
FAR = 4.0
TICKS = 7


@dataclass(frozen=True)
class Point:
    """A trial that has ended: its time, its score or None, and the best score so far."""

    at_s: float
    name: str
    score: float | None
    best: float | None
    is_baseline: bool = False


def plot_search(metric: Metric, trials: Sequence[Trial], ended_s: Sequence[float]) -> SvgFigure:
    """Plot the scores over the seconds since the start of the search.

    `ended_s` is the end time of each trial, in seconds.
    """
    points: list[Point] = []
    best: float | None = None
    for at_s, trial in zip(ended_s, trials, strict=True):
        score = trial.score.value if trial.score else None
        if score is not None:
            best = score if best is None else metric.best([best, score])
        points.append(Point(at_s, trial.candidate, score, best, trial.estimator == BASELINE))
    return draw_search(metric.name, points)


def draw_search(metric: str, points: Sequence[Point]) -> SvgFigure:
    """Draw trials over time: dots for scores, a line for the best so far, ticks without a score.

    The scale fits the trials close to the best. The baseline and other distant scores are marked
    at the edge.
    """
    scores = [(p.at_s, p.score) for p in points if p.score is not None]
    scale = _Scale.of(points)
    summary = _summary(metric, points)
    body = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="{PAPER}"/>',
        *_axes(scale, metric),
        *(_no_score_tick(scale, p.at_s) for p in points if p.score is None),
        *(_dot(scale, at_s, score) for at_s, score in scores),
        _best_so_far(scale, points),
        *_legend(has_unscored=any(p.score is None for p in points)),
    ]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" font-family="system-ui, sans-serif" '
        f'font-size="12" fill="{INK}"><title>{_text(summary)}</title>{"".join(body)}</svg>'
    )
    return SvgFigure(svg, summary)


@dataclass(frozen=True)
class _Scale:
    """Maps seconds and scores to positions in the chart."""

    last_s: float
    low: float
    high: float

    @classmethod
    def of(cls, points: Sequence[Point]) -> _Scale:
        last_s = max((point.at_s for point in points), default=0.0) or 1.0
        scores = [p.score for p in points if p.score is not None and not p.is_baseline]
        scores = scores or [p.score for p in points if p.score is not None] or [0.0, 1.0]
        best = next((p.best for p in reversed(points) if p.best is not None), scores[0])
        distances = sorted(abs(score - best) for score in scores)
        reach = FAR * distances[len(distances) // 2]
        nearby = [score for score in scores if abs(score - best) <= reach] or scores
        low, high = min(*nearby, best), max(*nearby, best)
        margin = (high - low) * 0.06 or abs(high) * 0.01 or 0.01
        return cls(last_s, low - margin, high + margin)

    def x(self, at_s: float) -> float:
        return round(LEFT + min(at_s / self.last_s, 1.0) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, score: float) -> float:
        share = (min(max(score, self.low), self.high) - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def holds(self, score: float) -> bool:
        return self.low <= score <= self.high


def _axes(scale: _Scale, metric: str) -> list[str]:
    bottom = HEIGHT - BOTTOM
    parts = []
    ticks, decimals = _ticks(scale.low, scale.high)
    for tick in ticks:
        y = scale.y(tick)
        parts.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
        label = f"{tick:.{decimals}f}"
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{label}</text>')
    ticks, decimals = _ticks(0.0, scale.last_s)
    for tick in ticks:
        x = scale.x(tick)
        label = f"{tick:.{decimals}f} s"
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{label}</text>')
    parts.append(f'<path d="M{LEFT} {bottom}H{WIDTH - RIGHT}" stroke="{INK}"/>')
    parts.append(f'<text x="{LEFT - 8}" y="20" text-anchor="start">{_text(metric)}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    label = "seconds since the start of the search"
    parts.append(f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{label}</text>')
    return parts


def _dot(scale: _Scale, at_s: float, score: float) -> str:
    x, y = scale.x(at_s), scale.y(score)
    if scale.holds(score):
        return f'<circle cx="{x}" cy="{y}" r="3.5" fill="{DOT}" stroke="{INK}" stroke-width=".6"/>'
    # An arrow towards its position off the scale.
    tip = 5 if score < scale.low else -5
    return (
        f'<path d="M{x - 4} {y - tip}h8l-4 {tip}z" fill="{DOT}" stroke="{INK}" stroke-width=".6"/>'
    )


def _no_score_tick(scale: _Scale, at_s: float) -> str:
    x, bottom = scale.x(at_s), HEIGHT - BOTTOM
    return f'<path d="M{x} {bottom - 7}V{bottom}" stroke="{NO_SCORE}" stroke-width="1.5"/>'


def _best_so_far(scale: _Scale, points: Sequence[Point]) -> str:
    steps = ""
    for point in points:
        if point.best is None:
            continue
        x, y = scale.x(point.at_s), scale.y(point.best)
        steps += f"H{x}V{y}" if steps else f"M{x} {y}"
    if not steps:
        return ""
    return f'<path d="{steps}H{WIDTH - RIGHT}" fill="none" stroke="{LINE}" stroke-width="2"/>'


def _legend(*, has_unscored: bool) -> list[str]:
    right = WIDTH - RIGHT
    entries = [
        (f'<path d="M0 0h18" stroke="{LINE}" stroke-width="2"/>', "best so far"),
        (f'<circle cx="9" r="3.5" fill="{DOT}" stroke="{INK}" stroke-width=".6"/>', "trial"),
    ]
    if has_unscored:
        mark = f'<path d="M9 -4v8" stroke="{NO_SCORE}" stroke-width="1.5"/>'
        entries.append((mark, "no score"))
    parts = []
    x = right - sum(30 + 6.6 * len(text) for _, text in entries)
    for mark, text in entries:
        parts.append(
            f'<g transform="translate({x:.0f} 16)">{mark}<text x="24" y="4">{text}</text></g>'
        )
        x += 30 + 6.6 * len(text)
    return parts


def _ticks(low: float, high: float) -> tuple[list[float], int]:
    """Return round numbers from low to high, and the number of decimals to show."""
    unit = 10.0 ** math.floor(math.log10((high - low) / TICKS))
    step = next(unit * k for k in (1, 2, 5, 10) if unit * k >= (high - low) / TICKS)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [i * step for i in range(first, last + 1)], max(0, -math.floor(math.log10(step)))


def _summary(metric: str, points: Sequence[Point]) -> str:
    with_score = [point for point in points if point.score is not None]
    if not with_score:
        return (
            f"{len(points)} trials have ended, none with a score." if points else "No trials yet."
        )
    best_score = with_score[-1].best
    first, best = with_score[0], next(p for p in with_score if p.score == best_score)
    n_unscored = len(points) - len(with_score)
    return (
        f"{metric} of {len(with_score)} trials over time: from {format_score(first.score or 0.0)} "
        f"({first.name}) to {format_score(best_score or 0.0)} ({best.name}), reached after "
        f"{best.at_s:.1f} s." + (f" {n_unscored} more ended without a score." if n_unscored else "")
    )


def _text(value: str) -> str:
    return escape(printable(value), quote=True)
