"""Links from numbers to the notebook cells that computed them, on the same page."""

from __future__ import annotations

from urllib.parse import quote

from automl_magic.display.html import tag, text
from automl_magic.display.numbers import format_number
from automl_magic.display.text import printable
from automl_magic.display.translation import _
from automl_magic.records import CellLink, Score


def anchor(run_id: str, cell_id: str) -> str:
    """Return the HTML id of a cell on a page."""
    return f"cell-{run_id}-{cell_id}"


def link_html(content: str, link: CellLink) -> str:
    """Return content as a link to its cell, with the cell's run and notebook as attributes."""
    return tag("a", content, href=_href(link), title=source_title(link), **source_attributes(link))


def linked_briefly(content: str, link: CellLink) -> str:
    """Return content as a link without `source_attributes`, for numbers in a table that has it."""
    return tag("a", content, href=_href(link))


def source_title(link: CellLink) -> str:
    """Return the tooltip of a number: the cell that computed it."""
    return _("Computed by cell {cell} of {notebook}").format(
        cell=link.cell_id, notebook=link.notebook
    )


def source_attributes(link: CellLink) -> dict[str, object]:
    """Return the attributes that name the cell that computed a number or a table."""
    return {
        "data_run_id": link.run_id,
        "data_notebook": link.notebook,
        "data_cell_id": link.cell_id,
    }


def linked_text(value: str, link: CellLink) -> str:
    return link_html(text(value), link)


def linked_number(value: float | None, link: CellLink, digits: int = 4) -> str:
    return link_html(format_number(value, digits), link)


def linked_interval(score: Score, link: CellLink) -> str:
    """Return ` [low, high]`, each a link, or nothing if there's no interval."""
    if score.low is None or score.high is None:
        return ""
    return f" [{linked_number(score.low, link)}, {linked_number(score.high, link)}]"


def _href(link: CellLink) -> str:
    # As in the id: `printable` replaces characters that can't be encoded.
    return "#" + quote(printable(anchor(link.run_id, link.cell_id)))
