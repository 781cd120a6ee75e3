"""Tables in plain text."""

from __future__ import annotations

from collections.abc import Sequence

from automl_magic.look.text import safe
from automl_magic.look.text_table import aligned


def text_table(
    heads: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()
) -> str:
    """Lay out a table in columns of equal width; `right` lists the columns aligned right."""
    return "\n".join(aligned([[safe(cell, 60) for cell in row] for row in (heads, *rows)], right))
