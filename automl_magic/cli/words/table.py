"""Tables as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.look.text import safe
from automl_magic.look.text_table import aligned


def text_table(
    headings: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()
) -> str:
    """Format a table. `right` lists the positions of the right-aligned columns."""
    return "\n".join(
        aligned([[safe(cell, 60) for cell in row] for row in (headings, *rows)], right)
    )
