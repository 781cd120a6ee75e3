"""Figures: a picture, what it says in words, and its numbers as a table one click away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from automl_magic.look.html import joined, tag, text
from automl_magic.pages.links import made_by
from automl_magic.records import Link

# A chart grows with the page, up to so many times its own size.
GROWS = 1.26
WIDE = 600


def scrolling(content: str, label: str) -> str:
    """Return wide content in a region that scrolls, also by keyboard."""
    return tag("div", content, class_="am-scroll", tabindex=0, role="region", aria_label=label)


def picture(
    *content: str, width: float, height: float, title: str, desc: str, is_linked: bool = False
) -> str:
    """Return an SVG that says what it shows. With links in it, it is a group, else an image."""
    return tag(
        "svg",
        tag("desc", text(desc, 2000)),
        *content,
        viewBox=f"0 0 {width} {height}",
        role="group" if is_linked else "img",
        aria_label=title if is_linked else f"{title}. {text_of(desc)}",
        class_="am-chart am-square" if width < WIDE else "am-chart",
        style=f"max-width: {width * GROWS:.0f}px",
    )


def text_of(desc: str) -> str:
    """Return a description short enough to be read out before the rest of the page."""
    return desc if len(desc) <= 600 else f"{desc[:599]}…"


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str,
    *,
    link: Link,
    numbers_from: int = 1,
    id_: str | None = None,
    class_: str | None = None,
) -> str:
    """Return a table whose first column names its rows.

    Parameters
    ----------
    heads : sequence of str
        Plain text.
    rows : iterable of sequences of str
        HTML already, as many cells as heads.
    caption : str
        Plain text.
    link : Link
        Where the numbers were made.
    numbers_from : int
        The columns from this one on are numbers, to the right.
    """
    align = ["am-num" if i >= numbers_from else None for i in range(len(heads))]
    head = joined(
        tag("th", text(name), scope="col", class_=c) for name, c in zip(heads, align, strict=True)
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


def figure(svg: str, said: str, data: str, *, label: str) -> str:
    """Return a picture with its caption (plain text) and its table, which stands closed."""
    return tag(
        "figure",
        scrolling(svg, label),
        tag("figcaption", text(said, 1200), class_="am-soft"),
        folded(data, f"Table: {label}"),
    )


def folded(content: str, label: str) -> str:
    """Return content that a click opens."""
    return tag(
        "details",
        tag("summary", text(label)),
        scrolling(content, label),
        class_="am-data",
    )
