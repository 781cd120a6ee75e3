"""What a cell shows: a picture with its words, the numbers as a table, the method and its limits.

The text alternative of the picture says what is to be seen, and the table has the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl_magic.look.figures import PngFigure
from automl_magic.look.html import tag, text
from automl_magic.look.text import safe
from automl_magic.look.text_table import TextTable


@dataclass(frozen=True, repr=False)
class CellOutput:
    """The answer of a cell. In a terminal it is the same in plain text.

    `said` are sentences below the picture; `folded` are tables to open, for what the picture shows.
    """

    picture: PngFigure | None = None
    tables: Sequence[TextTable] = ()
    folded: Sequence[TextTable] = ()
    said: Sequence[str] = ()

    def __repr__(self) -> str:
        parts = [safe(self.picture.alt)] if self.picture else []
        parts += [table.as_text() for table in (*self.tables, *self.folded)]
        return "\n\n".join([*parts, "\n".join(map(safe, self.said))]).strip()

    def _repr_html_(self) -> str:
        parts = [self.picture.as_html()] if self.picture else []
        parts += [table.as_html() for table in self.tables]
        parts += [
            tag("details", tag("summary", text(f"The numbers: {table.caption}")), table.as_html())
            for table in self.folded
        ]
        return "\n".join([*parts, *(tag("p", text(sentence)) for sentence in self.said)])
