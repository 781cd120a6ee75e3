"""The picture of a search that runs: a dot each trial, its folds, and the best so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bokeh.models import ColumnDataSource, HoverTool, Range1d
from bokeh.plotting import figure

if TYPE_CHECKING:
    from automl_magic.pages.course import Course

# The colours of look.css: a canvas cannot read them from there. Light, then dark.
COLOURS = {
    "text": ("#57606a", "#a3adb8"),
    "grid": ("#d8dde3", "#363c44"),
    "dot": ("#5b8db8", "#7ba9d1"),
    "best": ("#b8500c", "#f0935a"),
}
FAR = 6  # scores this many times further from the best than the middle one are drawn at the edge


class Chart:
    """A Bokeh figure that shows a course. `paint` gives it the colours of a scheme."""

    def __init__(self) -> None:
        names = ("at", "score", "low", "high", "name", "shown", "folds", "number")
        self._scored = ColumnDataSource({name: [] for name in names})
        self._other = ColumnDataSource(
            {name: [] for name in ("at", "y", "name", "state", "number")}
        )
        self._best = ColumnDataSource({"at": [], "best": []})
        self._y = Range1d(start=0, end=1)
        self.figure = figure(
            height=340,
            sizing_mode="stretch_width",
            toolbar_location=None,
            tools="",
            y_range=self._y,
            x_axis_label="seconds since the search began",
            y_axis_label="score",
            background_fill_alpha=0,
            border_fill_alpha=0,
            outline_line_alpha=0,
        )
        self._spread = self.figure.segment(
            "at", "low", "at", "high", source=self._scored, line_width=2
        )
        self._line = self.figure.step(
            "at",
            "best",
            source=self._best,
            mode="after",
            line_width=2.5,
        )
        self._dots = self.figure.scatter(
            "at",
            "score",
            source=self._scored,
            size=9,
        )
        self._crosses = self.figure.scatter("at", "y", source=self._other, size=10, marker="x")
        # Plain placeholders: Bokeh writes their values as text, never as HTML.
        scored = [
            ("trial", "@number"),
            ("", "@name"),
            ("score", "@shown"),
            ("folds", "@folds"),
        ]
        other = [("trial", "@number"), ("", "@name"), ("", "@state")]
        self.figure.add_tools(
            HoverTool(renderers=[self._dots], tooltips=scored),
            HoverTool(renderers=[self._crosses], tooltips=other),
        )
        self.paint(False)

    def paint(self, is_dark: bool) -> None:
        """Take the colours of the light or the dark scheme."""
        colour = {name: pair[is_dark] for name, pair in COLOURS.items()}
        for axis in self.figure.axis:
            axis.axis_label_text_color = axis.major_label_text_color = colour["text"]
            axis.axis_line_color = axis.major_tick_line_color = colour["text"]
            axis.minor_tick_line_color = None
            axis.axis_label_text_font_style = "normal"
        for grid in self.figure.grid:
            grid.grid_line_color = colour["grid"]
        for renderer, name in (
            (self._dots, "dot"),
            (self._spread, "dot"),
            (self._line, "best"),
            (self._crosses, "text"),
        ):
            renderer.glyph.line_color = colour[name]
        self._dots.glyph.fill_color = colour["dot"]
        self._spread.glyph.line_alpha = 0.5

    def show(self, course: Course | None) -> None:
        """Draw a course as it is now."""
        ended = list(course.ended.values()) if course else []
        trials = course.trials if course else {}
        scored = [one for one in ended if one.score is not None]
        folds = [getattr(trials.get(one.number), "fold_scores", ()) for one in scored]
        scores = [one.score or 0.0 for one in scored]
        low = [_part(f, 0.25) if f else s for f, s in zip(folds, scores, strict=True)]
        high = [_part(f, 0.75) if f else s for f, s in zip(folds, scores, strict=True)]
        self._scored.data = {
            "at": [one.at_s for one in scored],
            "score": scores,
            "low": low,
            "high": high,
            "name": [one.candidate[:60] for one in scored],
            "shown": [f"{score:.5g}" for score in scores],
            "folds": [f"{a:.4g} to {b:.4g}" for a, b in zip(low, high, strict=True)],
            "number": [str(one.number) for one in scored],
        }
        leads = [one for one in ended if one.best is not None]
        self._best.data = {
            "at": [one.at_s for one in leads],
            "best": [one.best for one in leads],
        }
        bottom, top = _range(scores, low, high, [one.best for one in leads][-1:])
        self._y.start, self._y.end = bottom, top
        others = [one for one in ended if one.score is None]
        self._other.data = {
            "at": [one.at_s for one in others],
            "y": [bottom + 0.03 * (top - bottom)] * len(others),
            "name": [one.candidate[:60] for one in others],
            "state": [one.state[:20] for one in others],
            "number": [str(one.number) for one in others],
        }
        metric = (course.metric if course else None) or "score"
        self.figure.yaxis[0].axis_label = metric[:40]


def _part(values: Sequence[float], share: float) -> float:
    """Return a quantile of some numbers, one of them."""
    return sorted(values)[round(share * (len(values) - 1))]


def _range(
    scores: list[Any], lows: list[float], highs: list[float], best: list[Any]
) -> tuple[float, float]:
    """Return a range in which the good scores can be told apart; a hopeless one is cut off."""
    if not scores:
        return 0.0, 1.0
    lead = best[0] if best else scores[-1]
    distances = sorted(abs(score - lead) for score in scores)
    reach = FAR * distances[len(distances) // 2]
    near = [i for i, score in enumerate(scores) if abs(score - lead) <= reach] or [0]
    low = min(lead, *(lows[i] for i in near))
    high = max(lead, *(highs[i] for i in near))
    room = (high - low) * 0.08 or abs(high) * 0.02 or 0.01
    return low - room, high + room
