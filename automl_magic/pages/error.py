"""An error as a page: what happened, why, and what to do."""

from __future__ import annotations

from automl_magic.display.html import block, tag, text
from automl_magic.display.text import LINES
from automl_magic.display.translation import _
from automl_magic.errors import AutomlMagicError


def error_page(error: AutomlMagicError) -> str:
    """Return an error as a page."""
    return error_block(*(getattr(error, part) for part in LINES))


def error_block(what: str, why: str, fix: str) -> str:
    """Return an error as a page from its three lines."""
    return block(
        tag("h1", text(what)),
        tag("p", tag("b", text(_("Why:"))), " ", text(why)),
        tag("p", tag("b", text(_("Do:"))), " ", text(fix)),
        role="alert",
    )
