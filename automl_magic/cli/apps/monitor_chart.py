"""The charts of the dashboard: traffic, latency, errors, drift, predictions, performance."""

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

from automl_magic.display.translation import _

if TYPE_CHECKING:
    from bokeh.models.annotations import Legend

    from automl_magic.monitor.dashboard import MonitorDashboard, WindowCheck

# The colours of look.css, light and dark: a canvas can't read the CSS.
COLOURS = {
    "text": ("#57606a", "#a3adb8"),
    "grid": ("#d8dde3", "#363c44"),
    "back": ("#ffffff", "#15181c"),
    "dot": ("#5b8db8", "#7ba9d1"),
    "best": ("#b8500c", "#f0935a"),
}
# Lines of versions differ in colour and dashes.
_VERSION_STYLES = (("dot", "solid"), ("best", "solid"), ("dot", "dashed"), ("best", "dashed"))
_SIGNS = {"critical": "✕", "warning": "!"}
# Opacity of a heatmap cell. Cells without an alert stay pale.
_OPACITY = {"critical": 0.95, "warning": 0.55}
HEIGHT = 220


class DashboardCharts:
    """The Bokeh figures of the dashboard. `paint` sets the colour scheme."""

    def __init__(self) -> None:
        self._is_dark = False
        self._board: MonitorDashboard | None = None
        self._sources: dict[str, ColumnDataSource] = {}
        self.traffic = self._lines(
            "traffic", _("requests per minute"), [("", "@who"), ("", "@most")]
        )
        self.latency = self._lines("latency", _("latency in ms"), [("", "@who"), ("", "@most")])
        self.errors = self._lines("errors", _("errors in %"), [("", "@who"), ("", "@most")])
        self.performance = self._lines("performance", _("score"), [("", "@who"), ("", "@most")])
        self.drift = self._heat()
        self.prediction = self._bars()

    @property
    def figures(self) -> dict[str, figure]:
        """Return the figures by name."""
        names = ("traffic", "latency", "errors", "drift", "prediction", "performance")
        return {name: getattr(self, name) for name in names}

    def paint(self, is_dark: bool) -> None:
        """Use the colours of the light or dark scheme."""
        self._is_dark = is_dark
        text, grid = self._colour("text"), self._colour("grid")
        for chart in self.figures.values():
            for axis in chart.axis:
                axis.axis_label_text_color = axis.major_label_text_color = text
                axis.axis_line_color = axis.major_tick_line_color = text
            for line in chart.grid:
                line.grid_line_color = grid
            for legend in chart.legend:
                legend.label_text_color = text
        self._marks.glyph.text_color = self._colour("back")
        if self._board is not None:
            self.show(self._board)

    def show(self, dashboard: MonitorDashboard | None) -> None:
        """Draw the current state of a deployment."""
        self._board = dashboard
        self._show_traffic(dashboard)
        checks = dashboard.checks if dashboard is not None else ()
        self._show_drift(dashboard, checks)
        self._show_prediction(checks[-1] if checks else None)
        self._show_performance(checks)

    # -- creating the figures -----------------------------------------------------------------

    def _figure(self, label: str, **options: Any) -> figure:
        chart = figure(
            height=options.pop("height", HEIGHT),
            sizing_mode="stretch_width",
            toolbar_location=None,
            tools="",
            y_axis_label=label,
            background_fill_alpha=0,
            border_fill_alpha=0,
            outline_line_alpha=0,
            min_border_right=12,
            **options,
        )
        for axis in chart.axis:
            axis.axis_label_text_font_style = "normal"
            axis.minor_tick_line_color = None
        return chart

    def _lines(self, name: str, label: str, tips: list[tuple[str, str]]) -> figure:
        chart = self._figure(label, x_axis_type="datetime", x_range=Range1d())
        clock, day = "%H:%M", "%d %b"
        chart.xaxis[0].formatter = DatetimeTickFormatter(
            seconds=clock, minutes=clock, hourmin=clock, hours=clock, days=day, months=day
        )
        names = ("xs", "ys", "who", "most", "colour", "dash", "width")
        source = self._sources[name] = ColumnDataSource({column: [] for column in names})
        lines = chart.multi_line(
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
        dots = chart.scatter("x", "y", source=points, size=4, color="colour")
        # Plain placeholders: Bokeh inserts the values as text, not as HTML.
        chart.add_tools(
            HoverTool(renderers=[dots], tooltips=[("", "@who"), ("", "@shown"), ("", "@when")]),
            HoverTool(renderers=[lines], tooltips=tips, line_policy="nearest"),
        )
        if name != "performance":
            chart.y_range.update(start=0)
        _style_legend(chart.legend[0])
        chart.add_layout(chart.legend[0], "above")
        return chart

    def _heat(self) -> figure:
        self._columns = FactorRange()
        chart = self._figure("", y_range=self._columns, height=120)
        names = ("x", "y", "colour", "alpha", "sign", "psi", "when", "name")
        source = self._sources["drift"] = ColumnDataSource({column: [] for column in names})
        cells = chart.rect(
            "x",
            "y",
            0.94,
            0.9,
            source=source,
            fill_color="colour",
            fill_alpha="alpha",
            line_color=None,
        )
        self._marks = chart.text(
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
        chart.add_tools(HoverTool(renderers=[cells], tooltips=tips))
        chart.grid.visible = False
        return chart

    def _bars(self) -> figure:
        self._bins = FactorRange()
        chart = self._figure(_("share of rows"), x_range=self._bins)
        names = ("bin", "before", "now", "shown_before", "shown_now")
        source = self._sources["prediction"] = ColumnDataSource({column: [] for column in names})
        self._before = chart.vbar(
            x="bin", top="before", width=0.85, source=source, legend_label=_("training")
        )
        self._now = chart.vbar(
            x="bin",
            top="now",
            width=0.45,
            source=source,
            legend_label=_("newest window"),
        )
        tips = [
            ("", "@bin"),
            (_("training"), "@shown_before"),
            (_("newest window"), "@shown_now"),
        ]
        chart.add_tools(HoverTool(renderers=[self._before], tooltips=tips))
        chart.y_range.update(start=0)
        chart.xgrid.visible = False
        chart.xaxis.major_label_orientation = 0.9
        _style_legend(chart.legend[0])
        chart.add_layout(chart.legend[0], "above")
        return chart

    # -- updating the data --------------------------------------------------------------------

    def _colour(self, name: str) -> str:
        return COLOURS[name][self._is_dark]

    def _show_traffic(self, dashboard: MonitorDashboard | None) -> None:
        buckets = dashboard.buckets if dashboard is not None else ()
        starts = [_local(bucket.start) for bucket in buckets]
        names = sorted({name for bucket in buckets for name in bucket.requests})
        if dashboard is not None and buckets:
            for chart in (self.traffic, self.latency, self.errors):
                chart.x_range.update(start=starts[0], end=_local(dashboard.timestamp))
        # The last bucket isn't complete yet.
        spans_s = (
            [min(dashboard.step_s, dashboard.timestamp - bucket.start) for bucket in buckets]
            if dashboard
            else []
        )
        request_lines = [
            (
                _version_label(name),
                starts,
                [
                    bucket.requests.get(name, 0.0) / max(1.0, span_s / 60)
                    for bucket, span_s in zip(buckets, spans_s, strict=True)
                ],
            )
            for name in names
        ]
        error_lines = []
        for name in names:
            percentages = [
                _percent(bucket.errors.get(name), bucket.requests.get(name)) for bucket in buckets
            ]
            error_lines.append((_version_label(name), starts, percentages))
        latency_lines = [
            ("p50", starts, [_or_nan(bucket.p50_ms) for bucket in buckets]),
            ("p95", starts, [_or_nan(bucket.p95_ms) for bucket in buckets]),
        ]
        self._draw("traffic", request_lines, "{:,.3g}", _("{value} per minute"))
        self._draw("errors", error_lines, "{:.3g}", _("{value}%"))
        self._draw("latency", latency_lines if names else [], "{:.3g}", _("{value} ms"))

    def _show_performance(self, checks: Sequence[WindowCheck]) -> None:
        scored_checks = [
            check for check in checks if check.score is not None and check.release is not None
        ]
        ends = [_local(check.end) for check in scored_checks]
        lines = []
        if scored_checks:
            last = scored_checks[-1]
            # Show a single window with half an hour on each side.
            margin = max((ends[-1] - ends[0]) / 20, dt.timedelta(minutes=30))
            span = [ends[0] - margin, *ends, ends[-1] + margin]
            self.performance.x_range.update(start=span[0], end=span[-1])
            self.performance.yaxis[0].axis_label = _label(last.metric or _("score"), 40)
            lines = [
                (_("score"), ends, [_or_nan(check.score) for check in scored_checks]),
                *(
                    (
                        label,
                        span,
                        [
                            _limit(check, check.yellow if is_warning else check.red)
                            for check in (scored_checks[0], *scored_checks, last)
                        ],
                    )
                    for label, is_warning in ((_("warning"), True), (_("critical"), False))
                ),
            ]
        self._draw("performance", lines, "{:.4g}", "{value}", dashes=("solid", "dashed", "dotted"))

    def _draw(
        self,
        name: str,
        lines: Sequence[tuple[str, list[dt.datetime], list[float]]],
        number: str,
        unit: str,
        dashes: Sequence[str] = (),
    ) -> None:
        styles = [_VERSION_STYLES[i % len(_VERSION_STYLES)] for i in range(len(lines))]
        if dashes:
            styles = [("dot" if i == 0 else "best", dashes[i]) for i in range(len(lines))]
        finite = [[y for y in ys if isfinite(y)] for _label, _xs, ys in lines]

        def format_number_with_unit(value: float) -> str:
            return unit.format(value=number.format(value))

        self._sources[name].data = {
            "xs": [xs for _label, xs, _ys in lines],
            "ys": [ys for _label, _xs, ys in lines],
            "who": [label for label, _xs, _ys in lines],
            "most": [
                _("maximum {value}").format(value=format_number_with_unit(max(ys))) if ys else ""
                for ys in finite
            ],
            "colour": [self._colour(colour) for colour, _dash in styles],
            "dash": [dash for _colour, dash in styles],
            "width": [2.0] * len(lines),
        }
        # A single point has no line, so draw all points.
        points = [
            (x, y, label, self._colour(style[0]))
            for (label, xs, ys), style in zip(lines, styles, strict=True)
            if not dashes or style[1] == "solid"
            for x, y in zip(xs, ys, strict=True)
            if isfinite(y) and y
        ]
        self._sources[f"{name} points"].data = {
            "x": [x for x, *_rest in points],
            "y": [y for _x, y, *_rest in points],
            "who": [label for _x, _y, label, _colour in points],
            "shown": [format_number_with_unit(y) for _x, y, *_rest in points],
            "when": [x.strftime("%d %b %H:%M") for x, *_rest in points],
            "colour": [colour for *_rest, colour in points],
        }

    def _show_drift(
        self, dashboard: MonitorDashboard | None, checks: Sequence[WindowCheck]
    ) -> None:
        features = dashboard.features if dashboard is not None else ()
        labels = {name: _unique(name, index) for index, name in enumerate(features)}
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
                        _OPACITY.get(severity, 0.08 + min(psi, 0.1) * 3),
                        _SIGNS.get(severity, ""),
                        f"{psi:.3f} {severity}",
                        _local(check.end).strftime("%d %b %H:%M"),
                        _label(name, 60),
                    )
                )
        self._columns.factors = list(reversed(labels.values()))
        self.drift.height = 70 + 24 * max(2, len(labels))
        labelled = sorted({0, len(checks) - 1} & set(range(len(checks))))
        self.drift.xaxis[0].ticker = FixedTicker(ticks=labelled)
        self.drift.xaxis[0].major_label_overrides = {
            x: _local(checks[x].end).strftime("%d %b %H:%M") for x in labelled
        }
        names = ("x", "y", "colour", "alpha", "sign", "psi", "when", "name")
        columns = zip(*cells, strict=True) if cells else [[] for _ in names]
        self._sources["drift"].data = dict(zip(names, map(list, columns), strict=True))

    def _show_prediction(self, last: WindowCheck | None) -> None:
        bins = [_unique(name, index) for index, name in enumerate(last.bins)] if last else []
        before = list(last.reference) if last else []
        now = list(last.current) if last else []
        self._bins.factors = bins
        self._sources["prediction"].data = {
            "bin": bins,
            "before": before,
            "now": now,
            "shown_before": [f"{100 * share:.1f}%" for share in before],
            "shown_now": [f"{100 * share:.1f}%" for share in now],
        }
        self._before.glyph.fill_color = self._before.glyph.line_color = self._colour("dot")
        self._before.glyph.fill_alpha = 0.45
        self._now.glyph.fill_color = self._now.glyph.line_color = self._colour("best")


def _style_legend(legend: Legend) -> None:
    legend.background_fill_alpha = 0
    legend.border_line_alpha = 0
    legend.orientation, legend.ncols = "horizontal", 3
    legend.update(padding=0, margin=2, spacing=14)
    legend.location = "left"
    legend.label_text_font_size = "12px"


def _local(timestamp: float) -> dt.datetime:
    """Return a local time without a zone, because Bokeh ignores zones."""
    return dt.datetime.fromtimestamp(timestamp, dt.UTC).astimezone().replace(tzinfo=None)


def _version_label(version_and_role: str) -> str:
    version, _space, role = version_and_role.partition(" ")
    return _label(f"v{version} {role}", 24)


def _label(text: str, limit: int) -> str:
    """Return a text for a canvas. Replaces $, because Bokeh renders $$…$$ as mathematics."""
    label = "".join(c if c.isprintable() else "�" for c in str(text)).replace("$", "＄")
    return label if len(label) <= limit else label[: limit - 1] + "…"


def _unique(name: str, index: int) -> str:
    label = _label(name, 22)
    return label if len(str(name)) <= 22 else f"{label} {index + 1}"


def _percent(part: float | None, total: float | None) -> float:
    return 100.0 * (part or 0.0) / total if total else float("nan")


def _limit(check: WindowCheck, loss: float) -> float:
    """Return the score after losing a fraction of the score at release."""
    release = check.release if check.release is not None else float("nan")
    return release - abs(release) * loss * (1.0 if check.higher_is_better else -1.0)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
