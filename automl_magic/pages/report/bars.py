"""Horizontal bar charts with intervals, such as feature importance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import number
from automl_magic.look.translation import _
from automl_magic.pages.axes import Scale, scale_of, x_axis
from automl_magic.pages.figure import figure, picture, table
from automl_magic.pages.links import linked, linked_briefly
from automl_magic.records import Link

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
    link: Link,
    limit: int = 20,
) -> str:
    """Return a figure with the first `limit` bars; its table has all of them."""
    drawn_bars = bars[:limit]
    ends = [0.0, *(end for b in drawn_bars for end in (b.value, b.low, b.high) if end is not None)]
    x = scale_of(ends, LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(drawn_bars)
    svg = picture(
        x_axis(x, axis, TOP, bottom),
        joined(_bar(bar, x, TOP + ROW * (i + 0.5), link) for i, bar in enumerate(drawn_bars)),
        width=WIDTH,
        height=bottom + 44,
        title=title,
        desc="; ".join(f"{bar.name} {number(bar.value, 3)}" for bar in drawn_bars),
        is_linked=True,
    )
    rows = [
        (
            text(bar.name, 80),
            *(
                "–" if value is None else linked_briefly(number(value, 3), link)
                for value in (bar.value, bar.low, bar.high)
            ),
        )
        for bar in bars
    ]
    data = table((*headings, _("Low (95%)"), _("High (95%)")), rows, title, link=link)
    if len(bars) > limit:
        sentence = _("The chart shows the first {n} of {total}.")
        caption = f"{caption} {sentence.format(n=limit, total=len(bars))}"
    return figure(svg, caption, data, label=title)


def _bar(bar: Bar, x: Scale, y: float, link: Link) -> str:
    zero, end = x.at(0.0), x.at(bar.value)
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
        whisker = tag("line", x1=x.at(bar.low), x2=x.at(bar.high), y1=y, y2=y, class_="am-whisker")
    value = tag("text", number(bar.value, 3), x=WIDTH - RIGHT + 10, y=y + 4, class_="am-value")
    return name + block + whisker + linked(value, link)
