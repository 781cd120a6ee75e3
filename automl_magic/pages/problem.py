"""An error as a page: its three lines, and nothing else."""

from __future__ import annotations

from automl_magic.errors import AutomlMagicError
from automl_magic.look.html import block, tag, text
from automl_magic.look.text import LINES


def problem_page(error: AutomlMagicError) -> str:
    """Return an error as a page."""
    return problem(*(getattr(error, part) for part in LINES))


def problem(what: str, why: str, fix: str) -> str:
    """Return the three lines of an error as a page."""
    return block(
        tag("h1", text(what)),
        tag("p", tag("b", "Why: "), text(why)),
        tag("p", tag("b", "Do: "), text(fix)),
        role="alert",
    )
