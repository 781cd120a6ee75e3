"""The output of a notebook cell: a figure with a text alternative, tables, and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl_magic.display.figures import PngFigure
from automl_magic.display.html import tag, text
from automl_magic.display.text import printable
from automl_magic.display.text_table import TextTable


@dataclass(frozen=True, repr=False)
class CellOutput:
    """The output of a cell, as HTML in a notebook and as plain text in a terminal.

    `folded` are collapsed tables with the numbers of the picture. `notes` are sentences below it.
    """

    figure: PngFigure | None = None
    tables: Sequence[TextTable] = ()
    folded: Sequence[TextTable] = ()
    notes: Sequence[str] = ()

    def __repr__(self) -> str:
        parts = [printable(self.figure.alt)] if self.figure else []
        parts += [table.as_text() for table in (*self.tables, *self.folded)]
        return "\n\n".join([*parts, "\n".join(map(printable, self.notes))]).strip()

    def _repr_html_(self) -> str:
        parts = [self.figure.as_html()] if self.figure else []
        parts += [table.as_html() for table in self.tables]
        parts += [
            tag("details", tag("summary", text(f"Numbers: {table.caption}")), table.as_html())
            for table in self.folded
        ]
        return "\n".join([*parts, *(tag("p", text(sentence)) for sentence in self.notes)])
