"""Figures: a chart with a caption, and its numbers in a table that a click opens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from automl_magic.look.html import joined, tag, text
from automl_magic.look.translation import _
from automl_magic.pages.links import made_by
from automl_magic.records import Link

# Maximum scaling of a chart on wide pages.
GROWS = 1.26
WIDE = 600


def scrolling(content: str, label: str) -> str:
    """Return wide content in a scrollable region that the keyboard can reach."""
    return tag("div", content, class_="am-scroll", tabindex=0, role="region", aria_label=label)


def picture(
    *content: str, width: float, height: float, title: str, desc: str, is_linked: bool = False
) -> str:
    """Return an SVG with a text alternative. With links it's a group, or else an image."""
    return tag(
        "svg",
        tag("desc", text(desc, 2000)),
        *content,
        viewBox=f"0 0 {width} {height}",
        role="group" if is_linked else "img",
        aria_label=title if is_linked else f"{title} – {text_of(desc)}",
        class_="am-chart am-square" if width < WIDE else "am-chart",
        style=f"max-width: {width * GROWS:.0f}px",
    )


def text_of(desc: str) -> str:
    """Return a description short enough for a screen reader's announcement."""
    return desc if len(desc) <= 600 else f"{desc[:599]}…"


def table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str,
    *,
    link: Link,
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
    head = joined(
        tag("th", text(name), scope="col", class_=c)
        for name, c in zip(headings, align, strict=True)
    )
    body = joined(tag("tr", _cells(row, align)) for row in rows)
    return tag(
        "table",
        tag("caption", text(caption)),
        tag("thead", tag("tr", head)),
        tag("tbody", body),
        id_=id_,
        class_=class_,
        **made_by(link),
    )


def _cells(row: Sequence[str], align: Sequence[str | None]) -> str:
    first, *others = row
    return tag("th", first, scope="row", class_=align[0]) + joined(
        tag("td", cell, class_=c) for cell, c in zip(others, align[1:], strict=True)
    )


def figure(svg: str, caption: str, data: str, *, label: str) -> str:
    """Return a chart with its caption (plain text) and its collapsed table."""
    return tag(
        "figure",
        scrolling(svg, label),
        tag("figcaption", text(caption, 1200), class_="am-soft"),
        folded(data, f"{_('Table:')} {label}"),
    )


def folded(content: str, label: str) -> str:
    """Return collapsed content that a click opens."""
    return tag(
        "details",
        tag("summary", text(label)),
        scrolling(content, label),
        class_="am-data",
    )
