"""An error as a page: what happened, why, and what to do."""

from __future__ import annotations

from automl_magic.errors import AutomlMagicError
from automl_magic.look.html import block, tag, text
from automl_magic.look.text import LINES
from automl_magic.look.translation import _


def problem_page(error: AutomlMagicError) -> str:
    """Return an error as a page."""
    return problem(*(getattr(error, part) for part in LINES))


def problem(what: str, why: str, fix: str) -> str:
    """Return an error as a page from its three lines."""
    return block(
        tag("h1", text(what)),
        tag("p", tag("b", text(_("Why:"))), " ", text(why)),
        tag("p", tag("b", text(_("Do:"))), " ", text(fix)),
        role="alert",
    )
