"""A page as a complete HTML file with a strict content security policy."""

from __future__ import annotations

import functools

from automl_magic.display.html import tag, text
from automl_magic.display.translation import _
from automl_magic.files.templates import templates_folder

# No scripts at all: a script injected through data can't run either.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)


def document(title: str, content: str, footer: str) -> str:
    """Return a complete HTML document. `title` is plain text; the others are HTML."""
    head = (
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{text(POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        tag("title", text(title)),
        tag("style", _stylesheet()),
    )
    body = tag(
        "body",
        tag("a", text(_("Skip to the content")), class_="skip", href="#content"),
        tag("main", content, id="content", tabindex=-1),
        tag("footer", footer),
    )
    return f'<!DOCTYPE html>\n<html lang="en"><head>{"".join(head)}</head>{body}</html>\n'


@functools.cache
def _stylesheet() -> str:
    theme = templates_folder() / "voila" / "templates" / "automl-magic"
    return (theme / "static" / "app.css").read_text("utf-8")
