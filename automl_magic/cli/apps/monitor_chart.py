"""The pictures of the board: traffic, latency, errors, drift, predictions, performance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from bokeh.models import (
    ColumnDataSource,
    DatetimeTickFormatter,
    FactorRange,
    FixedTicker,
    HoverTool,
    Range1d,
)
from bokeh.plotting import figure

if TYPE_CHECKING:
    from automl_magic.monitor.board import Board, Check

# The colours of look.css: a canvas cannot read them from there. Light, then dark.
COLOURS = {
    "text": ("#57606a", "#a3adb8"),
    "grid": ("#d8dde3", "#363c44"),
    "back": ("#ffffff", "#15181c"),
    "dot": ("#5b8db8", "#7ba9d1"),
    "best": ("#b8500c", "#f0935a"),
}
# Who answers: told apart by the colour, and by the dashes too.
_WHO = (("dot", "solid"), ("best", "solid"), ("dot", "dashed"), ("best", "dashed"))
_SIGNS = {"critical": "✕", "warning": "!"}
# How strong the colour of a cell is: what is no alarm stays pale.
_STRENGTH = {"critical": 0.95, "warning": 0.55}
HEIGHT = 220


class Charts:
    """The Bokeh figures of a board. `paint` gives them the colours of a scheme."""

    def __init__(self) -> None:
        self._is_dark = False
        self._board: Board | None = None
        self._sources: dict[str, ColumnDataSource] = {}
        self.traffic = self._lines("traffic", "requests a minute", [("", "@who"), ("", "@most")])
        self.latency = self._lines("latency", "milliseconds", [("", "@who"), ("", "@most")])
        self.errors = self._lines("errors", "errors in %", [("", "@who"), ("", "@most")])
        self.performance = self._lines("performance", "score", [("", "@who"), ("", "@most")])
        self.drift = self._heat()
        self.prediction = self._bars()

    @property
    def figures(self) -> dict[str, Any]:
        """Return the figures by name."""
        names = ("traffic", "latency", "errors", "drift", "prediction", "performance")
        return {name: getattr(self, name) for name in names}

    def paint(self, is_dark: bool) -> None:
        """Take the colours of the light or the dark scheme."""
        self._is_dark = is_dark
        text, grid = self._colour("text"), self._colour("grid")
        for one in self.figures.values():
            for axis in one.axis:
                axis.axis_label_text_color = axis.major_label_text_color = text
                axis.axis_line_color = axis.major_tick_line_color = text
            for line in one.grid:
                line.grid_line_color = grid
            for legend in one.legend:
                legend.label_text_color = text
        self._marks.glyph.text_color = self._colour("back")
        if self._board is not None:
            self.show(self._board)

    def show(self, board: Board | None) -> None:
        """Draw a board as it is now."""
        self._board = board
        self._show_traffic(board)
        checks = board.checks if board is not None else ()
        self._show_drift(board, checks)
        self._show_prediction(checks[-1] if checks else None)
        self._show_performance(checks)

    # -- how a figure is made -----------------------------------------------------------------

    def _figure(self, label: str, **more: Any) -> Any:
        made = figure(
            height=more.pop("height", HEIGHT),
            sizing_mode="stretch_width",
            toolbar_location=None,
            tools="",
            y_axis_label=label,
            background_fill_alpha=0,
            border_fill_alpha=0,
            outline_line_alpha=0,
            min_border_right=12,
            **more,
        )
        for axis in made.axis:
            axis.axis_label_text_font_style = "normal"
            axis.minor_tick_line_color = None
        return made

    def _lines(self, name: str, label: str, tips: list[tuple[str, str]]) -> Any:
        made = self._figure(label, x_axis_type="datetime", x_range=Range1d())
        clock, day = "%H:%M", "%d %b"
        made.xaxis[0].formatter = DatetimeTickFormatter(
            seconds=clock, minutes=clock, hourmin=clock, hours=clock, days=day, months=day
        )
        names = ("xs", "ys", "who", "most", "colour", "dash", "width")
        source = self._sources[name] = ColumnDataSource({one: [] for one in names})
        drawn = made.multi_line(
            "xs",
            "ys",
            source=source,
            line_color="colour",
            line_dash="dash",
            line_width="width",
            legend_field="who",
        )
        points = self._sources[f"{name} points"] = ColumnDataSource(
            {"x": [], "y": [], "who": [], "shown": [], "when": [], "colour": []}
        )
        dots = made.scatter("x", "y", source=points, size=4, color="colour")
        # Plain placeholders: Bokeh writes their values as text, never as HTML.
        made.add_tools(
            HoverTool(renderers=[dots], tooltips=[("", "@who"), ("", "@shown"), ("", "@when")]),
            HoverTool(renderers=[drawn], tooltips=tips, line_policy="nearest"),
        )
        if name != "performance":
            made.y_range.start = 0
        _quiet(made.legend[0])
        made.add_layout(made.legend[0], "above")
        return made

    def _heat(self) -> Any:
        self._columns = FactorRange()
        made = self._figure("", y_range=self._columns, height=120)
        names = ("x", "y", "colour", "alpha", "sign", "psi", "when", "name")
        source = self._sources["drift"] = ColumnDataSource({one: [] for one in names})
        drawn = made.rect(
            "x",
            "y",
            0.94,
            0.9,
            source=source,
            fill_color="colour",
            fill_alpha="alpha",
            line_color=None,
        )
        self._marks = made.text(
            "x",
            "y",
            text="sign",
            source=source,
            text_align="center",
            text_baseline="middle",
            text_font_size="12px",
            text_font_style="bold",
        )
        tips = [("", "@name"), ("PSI", "@psi"), ("", "@when")]
        made.add_tools(HoverTool(renderers=[drawn], tooltips=tips))
        made.grid.visible = False
        return made

    def _bars(self) -> Any:
        self._bins = FactorRange()
        made = self._figure("share of the rows", x_range=self._bins)
        names = ("bin", "before", "now", "shown_before", "shown_now")
        source = self._sources["prediction"] = ColumnDataSource({one: [] for one in names})
        self._before = made.vbar(
            x="bin", top="before", width=0.85, source=source, legend_label="training"
        )
        self._now = made.vbar(
            x="bin",
            top="now",
            width=0.45,
            source=source,
            legend_label="newest window",
        )
        tips = [("", "@bin"), ("training", "@shown_before"), ("newest window", "@shown_now")]
        made.add_tools(HoverTool(renderers=[self._before], tooltips=tips))
        made.y_range.start = 0
        made.xgrid.visible = False
        made.xaxis.major_label_orientation = 0.9
        _quiet(made.legend[0])
        made.add_layout(made.legend[0], "above")
        return made

    # -- what it shows ------------------------------------------------------------------------

    def _colour(self, name: str) -> str:
        return COLOURS[name][self._is_dark]

    def _show_traffic(self, board: Board | None) -> None:
        buckets = board.buckets if board is not None else ()
        at = [_local(one.start) for one in buckets]
        names = sorted({name for one in buckets for name in one.requests})
        if board is not None and buckets:
            for one in (self.traffic, self.latency, self.errors):
                one.x_range.start, one.x_range.end = at[0], _local(board.at)
        # The last part of the time goes on.
        spans_s = [min(board.step_s, board.at - one.start) for one in buckets] if board else []
        asked = [
            (
                _who(name),
                at,
                [
                    one.requests.get(name, 0.0) / max(1.0, span_s / 60)
                    for one, span_s in zip(buckets, spans_s, strict=True)
                ],
            )
            for name in names
        ]
        failed = []
        for name in names:
            shares = [_percent(one.errors.get(name), one.requests.get(name)) for one in buckets]
            failed.append((_who(name), at, shares))
        spans = [
            ("p50", at, [_or_nan(one.p50_ms) for one in buckets]),
            ("p95", at, [_or_nan(one.p95_ms) for one in buckets]),
        ]
        self._draw("traffic", asked, "{:,.3g} a minute")
        self._draw("errors", failed, "{:.3g} %")
        self._draw("latency", spans if names else [], "{:.3g} ms")

    def _show_performance(self, checks: Sequence[Check]) -> None:
        scored = [one for one in checks if one.score is not None and one.release is not None]
        at = [_local(one.end) for one in scored]
        lines = []
        if scored:
            last = scored[-1]
            # One window alone has an hour around it, to stand on.
            margin = max((at[-1] - at[0]) / 20, dt.timedelta(minutes=30))
            span = [at[0] - margin, *at, at[-1] + margin]
            self.performance.x_range.start, self.performance.x_range.end = span[0], span[-1]
            self.performance.yaxis[0].axis_label = _label(last.metric or "score", 40)
            lines = [
                ("score", at, [_or_nan(one.score) for one in scored]),
                *(
                    (words, span, [_limit(one, loss(one)) for one in (scored[0], *scored, last)])
                    for words, loss in (
                        ("warning", lambda one: one.yellow),
                        ("critical", lambda one: one.red),
                    )
                ),
            ]
        self._draw("performance", lines, "{:.4g}", dashes=("solid", "dashed", "dotted"))

    def _draw(
        self,
        name: str,
        lines: Sequence[tuple[str, list[Any], list[float]]],
        form: str,
        dashes: Sequence[str] = (),
    ) -> None:
        looks = [_WHO[i % len(_WHO)] for i in range(len(lines))]
        if dashes:
            looks = [("dot" if i == 0 else "best", dashes[i]) for i in range(len(lines))]
        finite = [[y for y in ys if isfinite(y)] for _, _, ys in lines]
        self._sources[name].data = {
            "xs": [xs for _, xs, _ in lines],
            "ys": [ys for _, _, ys in lines],
            "who": [who for who, _, _ in lines],
            "most": [f"at most {form.format(max(ys))}" if ys else "" for ys in finite],
            "colour": [self._colour(colour) for colour, _ in looks],
            "dash": [dash for _, dash in looks],
            "width": [2.0] * len(lines),
        }
        # One point alone makes no line.
        drawn = [
            (x, y, who, self._colour(look[0]))
            for (who, xs, ys), look in zip(lines, looks, strict=True)
            if not dashes or look[1] == "solid"
            for x, y in zip(xs, ys, strict=True)
            if isfinite(y) and y
        ]
        self._sources[f"{name} points"].data = {
            "x": [x for x, *_ in drawn],
            "y": [y for _, y, *_ in drawn],
            "who": [who for _, _, who, _ in drawn],
            "shown": [form.format(y) for _, y, *_ in drawn],
            "when": [x.strftime("%d %b %H:%M") for x, *_ in drawn],
            "colour": [colour for *_, colour in drawn],
        }

    def _show_drift(self, board: Board | None, checks: Sequence[Check]) -> None:
        features = board.features if board is not None else ()
        labels = {name: _unique(name, place) for place, name in enumerate(features)}
        cells = []
        for x, check in enumerate(checks):
            for name, label in labels.items():
                if (psi := check.psi.get(name)) is None:
                    continue
                severity = check.severities.get(name, "")
                cells.append(
                    (
                        x,
                        label,
                        self._colour("best" if severity in _SIGNS else "dot"),
                        _STRENGTH.get(severity, 0.08 + min(psi, 0.1) * 3),
                        _SIGNS.get(severity, ""),
                        f"{psi:.3f} {severity}",
                        _local(check.end).strftime("%d %b %H:%M"),
                        _label(name, 60),
                    )
                )
        self._columns.factors = list(reversed(labels.values()))
        self.drift.height = 70 + 24 * max(2, len(labels))
        shown = sorted({0, len(checks) - 1} & set(range(len(checks))))
        self.drift.xaxis[0].ticker = FixedTicker(ticks=shown)
        self.drift.xaxis[0].major_label_overrides = {
            x: _local(checks[x].end).strftime("%d %b %H:%M") for x in shown
        }
        names = ("x", "y", "colour", "alpha", "sign", "psi", "when", "name")
        columns = zip(*cells, strict=True) if cells else [[] for _ in names]
        self._sources["drift"].data = dict(zip(names, map(list, columns), strict=True))

    def _show_prediction(self, last: Check | None) -> None:
        bins = [_unique(name, place) for place, name in enumerate(last.bins)] if last else []
        before = list(last.reference) if last else []
        now = list(last.current) if last else []
        self._bins.factors = bins
        self._sources["prediction"].data = {
            "bin": bins,
            "before": before,
            "now": now,
            "shown_before": [f"{100 * share:.1f} %" for share in before],
            "shown_now": [f"{100 * share:.1f} %" for share in now],
        }
        self._before.glyph.fill_color = self._before.glyph.line_color = self._colour("dot")
        self._before.glyph.fill_alpha = 0.45
        self._now.glyph.fill_color = self._now.glyph.line_color = self._colour("best")


def _quiet(legend: Any) -> None:
    legend.background_fill_alpha = 0
    legend.border_line_alpha = 0
    legend.orientation, legend.ncols = "horizontal", 3
    legend.padding, legend.margin, legend.spacing = 0, 2, 14
    legend.location = "left"
    legend.label_text_font_size = "12px"


def _local(at: float) -> dt.datetime:
    """Return a time as clocks here show it; Bokeh knows no zones."""
    return dt.datetime.fromtimestamp(at, dt.UTC).astimezone().replace(tzinfo=None)


def _who(who: str) -> str:
    version, _, role = who.partition(" ")
    return _label(f"v{version} {role}", 24)


def _label(text: str, limit: int) -> str:
    """Return a text for a canvas. Between two $$ Bokeh would read mathematics."""
    shown = "".join(c if c.isprintable() else "�" for c in str(text)).replace("$", "＄")
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _unique(name: str, place: int) -> str:
    shown = _label(name, 22)
    return shown if len(str(name)) <= 22 else f"{shown} {place + 1}"


def _percent(part: float | None, whole: float | None) -> float:
    return 100.0 * (part or 0.0) / whole if whole else float("nan")


def _limit(check: Check, loss: float) -> float:
    """Return the score at which so great a share of the score at release is lost."""
    release = check.release if check.release is not None else float("nan")
    return release - abs(release) * loss * (1.0 if check.higher_is_better else -1.0)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
