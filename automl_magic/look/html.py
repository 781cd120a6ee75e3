"""HTML in which nothing that came from data can be anything but text."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from html import escape
from importlib import resources

from automl_magic.look.text import safe


def text(value: object, limit: int | None = None) -> str:
    """Return a value as HTML text, also safe inside a quoted attribute."""
    return escape(safe(value, limit), quote=True)


def lines(value: str) -> str:
    """Return text of several lines as HTML text."""
    return "\n".join(text(line.expandtabs(4)) for line in value.split("\n"))


def tag(name: str, /, *content: str, **attributes: object) -> str:
    """Return an element. `content` is HTML already; attribute values are escaped here.

    An attribute that is None is left out. `class_` stands for `class`, and `data_run_id` for
    `data-run-id`.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(content)}</{name}>"


def joined(parts: Iterable[str]) -> str:
    return "".join(parts)


@functools.cache
def stylesheet() -> str:
    return resources.files(__package__).joinpath("look.css").read_text("utf-8")


@functools.cache
def script() -> str:
    """Return what a widget draws with: elements without markup, redraws that keep the focus."""
    return resources.files(__package__).joinpath("dom.js").read_text("utf-8")


def block(*content: str, **attributes: object) -> str:
    """Return a piece that brings its style along, for one output of a notebook."""
    return tag("style", stylesheet()) + tag("article", *content, class_="am", **attributes)
