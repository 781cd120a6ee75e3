"""HTML builders that escape all data, so that it can only be text."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from html import escape
from importlib import resources

from automl_magic.display.text import printable


def text(value: object, limit: int | None = None) -> str:
    """Return a value as HTML text, also safe inside a quoted attribute."""
    return escape(printable(value, limit), quote=True)


def lines(value: str) -> str:
    """Return multi-line text as HTML text."""
    return "\n".join(text(line.expandtabs(4)) for line in value.split("\n"))


def tag(name: str, /, *content: str, **attributes: object) -> str:
    """Return an element. `content` is HTML; attribute values are escaped here.

    Attributes that are None are omitted. `class_` becomes `class`, and `data_run_id` becomes
    `data-run-id`.
    """
    attribute_html = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{attribute_html}>{''.join(content)}</{name}>"


def fill(sentence: str, /, **parts: str) -> str:
    """Return a sentence with its placeholders filled by HTML; the sentence itself is escaped."""
    return escape(sentence).format(**parts)


def join_html(parts: Iterable[str]) -> str:
    return "".join(parts)


@functools.cache
def stylesheet() -> str:
    return resources.files(__package__).joinpath("look.css").read_text("utf-8")


@functools.cache
def script() -> str:
    """Return the JavaScript that widgets use to build and update elements."""
    return resources.files(__package__).joinpath("dom.js").read_text("utf-8")


def block(*content: str, **attributes: object) -> str:
    """Return a block with its own stylesheet, for one notebook output."""
    return tag("style", stylesheet()) + tag("article", *content, class_="am", **attributes)
