"""The code cells of an executed notebook, read-only, at the end of its page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from automl_magic.display.html import join_html, lines, tag, text
from automl_magic.display.translation import _
from automl_magic.pages.links import anchor


@dataclass(frozen=True)
class Cell:
    """A cell of an executed notebook: its id, its source, and its purpose (`why`)."""

    id: str
    is_code: bool
    source: str
    why: str = ""


def read_cells(notebook: Path) -> Iterator[Cell]:
    """Read the cells of a notebook. If it can't be read, yield none."""
    try:
        document = json.loads(notebook.read_text("utf-8"))
    except (OSError, ValueError):
        return
    for cell in document.get("cells", []):
        yield Cell(
            id=str(cell.get("id", "")),
            is_code=cell.get("cell_type") == "code",
            source="".join(cell.get("source", "")),
            why=str(cell.get("metadata", {}).get("automl", {}).get("why") or ""),
        )


def cells_section(cells: Sequence[Cell], run_id: str) -> str:
    """Return the code cells, collapsed. A link to a cell opens it."""
    code = [cell for cell in cells if cell.is_code and cell.id]
    if not code:
        return ""
    lead = _("This is the executed notebook, read-only. Every number above links to its cell.")
    return tag(
        "section",
        tag("h2", text(_("Notebook cells"))),
        tag("p", text(lead), class_="am-soft"),
        join_html(_cell(cell, run_id) for cell in code),
    )


def _cell(cell: Cell, run_id: str) -> str:
    why = tag("p", text(cell.why, 500), class_="am-soft") if cell.why else ""
    source = tag(
        "pre", tag("code", lines(cell.source)), tabindex=0, role="region", aria_label=cell.id
    )
    # The anchor is inside because browsers open the <details> around a link's destination.
    content = tag("div", why, source, id=anchor(run_id, cell.id))
    return tag("details", tag("summary", tag("code", text(cell.id))), content, class_="am-cell")
