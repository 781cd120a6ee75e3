"""Links from numbers to the notebook cells that computed them, on the same page."""

from __future__ import annotations

from urllib.parse import quote

from automl_magic.look.html import tag, text
from automl_magic.look.numbers import number
from automl_magic.look.text import safe
from automl_magic.look.translation import _
from automl_magic.records import Link, Score


def anchor(run_id: str, cell_id: str) -> str:
    """Return the HTML id of a cell on a page."""
    return f"cell-{run_id}-{cell_id}"


def linked(content: str, link: Link) -> str:
    """Return content as a link to its cell, with the cell's run and notebook as attributes."""
    return tag("a", content, href=_href(link), title=source_title(link), **made_by(link))


def linked_briefly(content: str, link: Link) -> str:
    """Return content as a link without `made_by`, for numbers in a table that has it."""
    return tag("a", content, href=_href(link))


def source_title(link: Link) -> str:
    """Return the tooltip of a number: the cell that computed it."""
    return _("Computed by cell {cell} of {notebook}").format(
        cell=link.cell_id, notebook=link.notebook
    )


def made_by(link: Link) -> dict[str, object]:
    """Return the attributes that name the cell that computed a number or a table."""
    return {
        "data_run_id": link.run_id,
        "data_notebook": link.notebook,
        "data_cell_id": link.cell_id,
    }


def linked_text(value: str, link: Link) -> str:
    return linked(text(value), link)


def linked_number(value: float | None, link: Link, digits: int = 4) -> str:
    return linked(number(value, digits), link)


def linked_interval(score: Score, link: Link) -> str:
    """Return ` [low, high]`, each a link, or nothing if there's no interval."""
    if score.low is None or score.high is None:
        return ""
    return f" [{linked_number(score.low, link)}, {linked_number(score.high, link)}]"


def _href(link: Link) -> str:
    # As in the id: `safe` replaces characters that can't be encoded.
    return "#" + quote(safe(anchor(link.run_id, link.cell_id)))
