"""Tables in plain text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from automl_magic.look.text import safe


def text_table(
    heads: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()
) -> str:
    """Lay out a table in columns of equal width; `right` lists the columns aligned right."""
    cells = [[safe(cell, 60) for cell in row] for row in (heads, *rows)]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(heads))]
    lines = []
    for row in cells:
        padded = (
            " " * (width - _width(cell)) + cell
            if i in right
            else cell + " " * (width - _width(cell))
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    # East Asian wide characters take two columns, combining marks none.
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
