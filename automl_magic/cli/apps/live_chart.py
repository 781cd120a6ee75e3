"""The chart of a running search: a dot per trial, its folds and the best score so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bokeh.models import ColumnDataSource, HoverTool, Range1d
from bokeh.plotting import figure

from automl_magic.display.translation import _

if TYPE_CHECKING:
    from automl_magic.pages.live_run import LiveRun

# The colours of look.css, light and dark: a canvas can't read the CSS.
COLOURS = {
    "text": ("#57606a", "#a3adb8"),
    "grid": ("#d8dde3", "#363c44"),
    "dot": ("#5b8db8", "#7ba9d1"),
    "best": ("#b8500c", "#f0935a"),
}
# Maximum distance from the best score, in median distances. Other scores are cut off.
OUTLIER_FACTOR = 6


class LiveChart:
    """A Bokeh figure of a running search. `paint` sets the colour scheme."""

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
            x_axis_label=_("seconds since the search started"),
            y_axis_label=_("score"),
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
        # Plain placeholders: Bokeh inserts the values as text, not as HTML.
        scored_tooltips = [
            (_("trial"), "@number"),
            ("", "@name"),
            (_("score"), "@shown"),
            (_("folds"), "@folds"),
        ]
        other_tooltips = [(_("trial"), "@number"), ("", "@name"), ("", "@state")]
        self.figure.add_tools(
            HoverTool(renderers=[self._dots], tooltips=scored_tooltips),
            HoverTool(renderers=[self._crosses], tooltips=other_tooltips),
        )
        self.paint(False)

    def paint(self, is_dark: bool) -> None:
        """Use the colours of the light or dark scheme."""
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

    def show(self, live_run: LiveRun | None) -> None:
        """Draw the current state of a search."""
        events = list(live_run.trial_events.values()) if live_run else []
        trials = live_run.trials if live_run else {}
        scored_events = [event for event in events if event.score is not None]
        folds = [getattr(trials.get(event.number), "fold_scores", ()) for event in scored_events]
        scores = [event.score or 0.0 for event in scored_events]
        low = [_quantile(f, 0.25) if f else s for f, s in zip(folds, scores, strict=True)]
        high = [_quantile(f, 0.75) if f else s for f, s in zip(folds, scores, strict=True)]
        self._scored.data = {
            "at": [event.at_s for event in scored_events],
            "score": scores,
            "low": low,
            "high": high,
            "name": [event.candidate[:60] for event in scored_events],
            "shown": [f"{score:.5g}" for score in scores],
            "folds": [
                _("{low} to {high}").format(low=f"{a:.4g}", high=f"{b:.4g}")
                for a, b in zip(low, high, strict=True)
            ],
            "number": [str(event.number) for event in scored_events],
        }
        best_events = [event for event in events if event.best is not None]
        self._best.data = {
            "at": [event.at_s for event in best_events],
            "best": [event.best for event in best_events],
        }
        bottom, top = _range(
            scores, low, high, [event.best for event in events if event.best is not None][-1:]
        )
        self._y.start, self._y.end = bottom, top
        other_events = [event for event in events if event.score is None]
        self._other.data = {
            "at": [event.at_s for event in other_events],
            "y": [bottom + 0.03 * (top - bottom)] * len(other_events),
            "name": [event.candidate[:60] for event in other_events],
            "state": [event.state[:20] for event in other_events],
            "number": [str(event.number) for event in other_events],
        }
        metric = (live_run.metric if live_run else None) or _("score")
        self.figure.yaxis[0].axis_label = metric[:40]


def _quantile(values: Sequence[float], quantile: float) -> float:
    """Return the value at a quantile, without interpolation."""
    return sorted(values)[round(quantile * (len(values) - 1))]


def _range(
    scores: list[float], lows: list[float], highs: list[float], best: list[float]
) -> tuple[float, float]:
    """Return the axis limits: a range that separates the good scores and cuts off outliers."""
    if not scores:
        return 0.0, 1.0
    lead = best[0] if best else scores[-1]
    distances = sorted(abs(score - lead) for score in scores)
    max_distance = OUTLIER_FACTOR * distances[len(distances) // 2]
    inliers = [i for i, score in enumerate(scores) if abs(score - lead) <= max_distance] or [0]
    low = min(lead, *(lows[i] for i in inliers))
    high = max(lead, *(highs[i] for i in inliers))
    margin = (high - low) * 0.08 or abs(high) * 0.02 or 0.01
    return low - margin, high + margin
