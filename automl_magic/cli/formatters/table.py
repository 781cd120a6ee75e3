"""Tables as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.display.text import printable
from automl_magic.display.text_table import align_columns


def format_table(
    headings: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()
) -> str:
    """Format a table. `right` lists the positions of the right-aligned columns."""
    return "\n".join(
        align_columns([[printable(cell, 60) for cell in row] for row in (headings, *rows)], right)
    )
