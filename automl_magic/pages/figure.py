"""Figures: a chart with a caption, and its numbers in a table that a click opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from automl_magic.display.html import join_html, tag, text
from automl_magic.display.translation import _
from automl_magic.pages.links import source_attributes
from automl_magic.records import CellLink

# Maximum scaling of a chart on wide pages.
MAX_SCALE = 1.26
MIN_WIDE = 600


def scroll_region(content: str, label: str) -> str:
    """Return wide content in a scrollable region that the keyboard can reach."""
    return tag("div", content, class_="am-scroll", tabindex=0, role="region", aria_label=label)


def svg_image(
    *content: str, width: float, height: float, title: str, desc: str, is_linked: bool = False
) -> str:
    """Return an SVG with a text alternative. With links it's a group, or else an image."""
    return tag(
        "svg",
        tag("desc", text(desc, 2000)),
        *content,
        viewBox=f"0 0 {width} {height}",
        role="group" if is_linked else "img",
        aria_label=title if is_linked else f"{title} – {short_description(desc)}",
        class_="am-chart am-square" if width < MIN_WIDE else "am-chart",
        style=f"max-width: {width * MAX_SCALE:.0f}px",
    )


def short_description(desc: str) -> str:
    """Return a description short enough for a screen reader's announcement."""
    return desc if len(desc) <= 600 else f"{desc[:599]}…"


def data_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str,
    *,
    link: CellLink,
    numbers_from: int = 1,
    id_: str | None = None,
    class_: str | None = None,
) -> str:
    """Return a table whose first column holds the row headers.

    Parameters
    ----------
    headings : sequence of str
        Plain text.
    rows : iterable of sequences of str
        HTML, one cell per heading.
    caption : str
        Plain text.
    link : Link
        The cell that computed the numbers.
    numbers_from : int
        The index of the first numeric column; it and all later ones are right-aligned.
    """
    align = ["am-num" if i >= numbers_from else None for i in range(len(headings))]
    head = join_html(
        tag("th", text(name), scope="col", class_=c)
        for name, c in zip(headings, align, strict=True)
    )
    body = join_html(tag("tr", _cells(row, align)) for row in rows)
    return tag(
        "table",
        tag("caption", text(caption)),
        tag("thead", tag("tr", head)),
        tag("tbody", body),
        id_=id_,
        class_=class_,
        **source_attributes(link),
    )


def _cells(row: Sequence[str], align: Sequence[str | None]) -> str:
    first, *others = row
    return tag("th", first, scope="row", class_=align[0]) + join_html(
        tag("td", cell, class_=c) for cell, c in zip(others, align[1:], strict=True)
    )


def figure(svg: str, caption: str, data: str, *, label: str) -> str:
    """Return a chart with its caption (plain text) and its collapsed table."""
    return tag(
        "figure",
        scroll_region(svg, label),
        tag("figcaption", text(caption, 1200), class_="am-soft"),
        collapsible(data, f"{_('Table:')} {label}"),
    )


def collapsible(content: str, label: str) -> str:
    """Return collapsed content that a click opens."""
    return tag(
        "details",
        tag("summary", text(label)),
        scroll_region(content, label),
        class_="am-data",
    )
