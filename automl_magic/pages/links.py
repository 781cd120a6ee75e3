"""Every number is a link: to the cell that made it, on the same page."""

from __future__ import annotations

from urllib.parse import quote

from automl_magic.look.html import tag, text
from automl_magic.look.numbers import number
from automl_magic.look.text import safe
from automl_magic.records import Link, Score


def anchor(run_id: str, cell_id: str) -> str:
    """Return the id that a cell has on a page."""
    return f"cell-{run_id}-{cell_id}"


def linked(content: str, link: Link) -> str:
    """Return HTML as a link to the cell that made it, with its run, notebook and cell."""
    return tag(
        "a",
        content,
        href=_href(link),
        title=f"made by cell {link.cell_id} of {link.notebook}",
        **made_by(link),
    )


def linked_briefly(content: str, link: Link) -> str:
    """Return HTML as a link, for one of many numbers: the table around it says `made_by`."""
    return tag("a", content, href=_href(link))


def made_by(link: Link) -> dict[str, object]:
    """Return the attributes that name where a number, or a table of them, was made."""
    return {
        "data_run_id": link.run_id,
        "data_notebook": link.notebook,
        "data_cell_id": link.cell_id,
    }


def linked_text(shown: str, link: Link) -> str:
    return linked(text(shown), link)


def linked_number(value: float | None, link: Link, digits: int = 4) -> str:
    return linked(number(value, digits), link)


def linked_interval(score: Score, link: Link) -> str:
    """Return ` [low, high]`, each a link, or nothing where there is no interval."""
    if score.low is None or score.high is None:
        return ""
    return f" [{linked_number(score.low, link)}, {linked_number(score.high, link)}]"


def _href(link: Link) -> str:
    # As the id itself is written: without what cannot be encoded.
    return "#" + quote(safe(anchor(link.run_id, link.cell_id)))
