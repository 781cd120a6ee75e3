"""Horizontal bar charts with intervals, such as feature importance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl_magic.display.html import join_html, tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.translation import _
from automl_magic.pages.axes import Scale, fit_scale, x_axis
from automl_magic.pages.figure import data_table, figure, svg_image
from automl_magic.pages.links import link_html, linked_briefly
from automl_magic.records import CellLink

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 220, 80, 24, 12


@dataclass(frozen=True)
class Bar:
    """A name and its value, with the 95% interval of the value."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


def bar_figure(
    bars: Sequence[Bar],
    *,
    title: str,
    axis: str,
    caption: str,
    headings: tuple[str, str],
    link: CellLink,
    limit: int = 20,
) -> str:
    """Return a figure with the first `limit` bars; its table has all of them."""
    drawn_bars = bars[:limit]
    ends = [0.0, *(end for b in drawn_bars for end in (b.value, b.low, b.high) if end is not None)]
    x = fit_scale(ends, LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(drawn_bars)
    svg = svg_image(
        x_axis(x, axis, TOP, bottom),
        join_html(_bar(bar, x, TOP + ROW * (i + 0.5), link) for i, bar in enumerate(drawn_bars)),
        width=WIDTH,
        height=bottom + 44,
        title=title,
        desc="; ".join(f"{bar.name} {format_number(bar.value, 3)}" for bar in drawn_bars),
        is_linked=True,
    )
    rows = [
        (
            text(bar.name, 80),
            *(
                "–" if value is None else linked_briefly(format_number(value, 3), link)
                for value in (bar.value, bar.low, bar.high)
            ),
        )
        for bar in bars
    ]
    data = data_table((*headings, _("Low (95%)"), _("High (95%)")), rows, title, link=link)
    if len(bars) > limit:
        sentence = _("The chart shows the first {n} of {total}.")
        caption = f"{caption} {sentence.format(n=limit, total=len(bars))}"
    return figure(svg, caption, data, label=title)


def _bar(bar: Bar, x: Scale, y: float, link: CellLink) -> str:
    zero, end = x.to_pixel(0.0), x.to_pixel(bar.value)
    name = tag("text", text(bar.name, 28), x=LEFT - 12, y=y + 4, class_="am-row-name")
    block = tag(
        "rect",
        x=min(zero, end),
        y=y - 7,
        width=round(max(abs(end - zero), 1), 1),
        height=14,
        class_="am-block",
    )
    whisker = ""
    if bar.low is not None and bar.high is not None:
        whisker = tag(
            "line", x1=x.to_pixel(bar.low), x2=x.to_pixel(bar.high), y1=y, y2=y, class_="am-whisker"
        )
    value = tag(
        "text", format_number(bar.value, 3), x=WIDTH - RIGHT + 10, y=y + 4, class_="am-value"
    )
    return name + block + whisker + link_html(value, link)
