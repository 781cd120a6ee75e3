"""The cells behind the numbers: an executed notebook, read-only, at the end of its page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from automl_magic.look.html import joined, lines, tag, text
from automl_magic.pages.links import anchor


@dataclass(frozen=True)
class Cell:
    """One cell of an executed notebook: its id, its source, and why it is there."""

    id: str
    is_code: bool
    source: str
    why: str = ""


def cells_of(notebook: Path) -> Iterator[Cell]:
    """Read the cells of a notebook; of one that cannot be read, there are none."""
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
    """Return the code cells, closed; a link to one opens it."""
    code = [cell for cell in cells if cell.is_code and cell.id]
    if not code:
        return ""
    said = "The executed notebook, read-only. A number above leads to its cell."
    return tag(
        "section",
        tag("h2", "The cells behind the numbers"),
        tag("p", said, class_="am-soft"),
        joined(_cell(cell, run_id) for cell in code),
    )


def _cell(cell: Cell, run_id: str) -> str:
    why = tag("p", text(cell.why, 500), class_="am-soft") if cell.why else ""
    source = tag(
        "pre", tag("code", lines(cell.source)), tabindex=0, role="region", aria_label=cell.id
    )
    # The anchor is inside, because a browser opens the <details> around a link's destination.
    inside = tag("div", why, source, id=anchor(run_id, cell.id))
    return tag("details", tag("summary", tag("code", text(cell.id))), inside, class_="am-cell")
