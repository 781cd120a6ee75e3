"""What a cell shows: a picture with its words, the numbers as a table, the method and its limits.

The picture is an image in HTML, not markup, so that a notebook that nobody has trusted yet shows it
too; its text alternative says what is to be seen, and the table has the numbers.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from automl_magic.look.html import tag, text
from automl_magic.look.text import safe


@dataclass(frozen=True)
class Table:
    """Rows of text under headings; `right` are the columns that hold numbers."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()

    def as_text(self) -> str:
        """Return the table in plain text, its columns aligned."""
        cells = [[safe(cell) for cell in row] for row in (self.headings, *self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [safe(self.caption)]
        for row in cells:
            aligned = [
                cell.rjust(width) if place in self.right else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  " + "  ".join(aligned).rstrip())
        return "\n".join(lines)

    def as_html(self) -> str:
        """Return the table as HTML in which nothing from data is markup."""
        head = "".join(
            tag("th", text(name), scope="col", style=self._side(place))
            for place, name in enumerate(self.headings)
        )
        body = "".join(tag("tr", *map(self._cell, range(len(row)), row)) for row in self.rows)
        return tag(
            "table",
            tag("caption", text(self.caption), style="text-align: left"),
            tag("thead", tag("tr", head)),
            tag("tbody", body),
        )

    def _cell(self, place: int, value: str) -> str:
        return tag("td", text(value), style=self._side(place))

    def _side(self, place: int) -> str:
        return f"text-align: {'right' if place in self.right else 'left'}"


@dataclass(frozen=True)
class Picture:
    """A PNG with its text alternative."""

    png: bytes
    alt: str
    width: int

    def as_html(self) -> str:
        encoded = base64.b64encode(self.png).decode("ascii")
        return (
            f'<img src="data:image/png;base64,{encoded}" alt="{text(self.alt)}" '
            f'style="max-width: 100%; width: {self.width}px; background: #fff">'
        )


@dataclass(frozen=True, repr=False)
class Shown:
    """The answer of a cell. In a terminal it is the same in plain text.

    `said` are sentences below the picture; `folded` are tables to open, for what the picture shows.
    """

    picture: Picture | None = None
    tables: Sequence[Table] = ()
    folded: Sequence[Table] = ()
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
