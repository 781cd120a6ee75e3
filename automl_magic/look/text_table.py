"""Tables of text: in a terminal with aligned columns, in a notebook as HTML."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from automl_magic.look.html import tag, text
from automl_magic.look.text import safe


def aligned(rows: Iterable[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """Return rows of printable text as lines, their columns of equal width.

    `right` lists the columns that are aligned to the right.
    """
    table = [tuple(row) for row in rows]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    lines = []
    for row in table:
        cells = []
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            pad = " " * (width - _width(cell))
            cells.append(pad + cell if place in right else cell + pad)
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    # East Asian wide characters take two columns, combining marks none.
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


@dataclass(frozen=True, repr=False)
class TextTable:
    """Rows of text under headings; `right` are the columns that hold numbers, `notes` follow.

    It shows itself where it is the whole answer of a cell; `as_text` and `as_html` are for one
    among others.
    """

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()
    notes: Sequence[str] = ()

    def as_text(self) -> str:
        """Return caption and rows in plain text, the rows indented."""
        return "\n".join([safe(self.caption), *(f"  {line}" for line in self._lines())])

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

    def __repr__(self) -> str:
        notes = ["", *map(safe, self.notes)] if self.notes else []
        return "\n".join([safe(self.caption), "", *self._lines(), *notes])

    def _repr_html_(self) -> str:
        head = "".join(tag("th", text(name), scope="col") for name in self.headings)
        body = "\n".join(tag("tr", *map(self._cell, range(len(row)), row)) for row in self.rows)
        notes = "".join(f"\n{tag('p', text(note))}" for note in self.notes)
        return (
            f"<table>\n{tag('caption', text(self.caption))}\n"
            f"{tag('thead', tag('tr', head))}\n<tbody>\n{body}\n</tbody>\n</table>{notes}"
        )

    def _lines(self) -> list[str]:
        return aligned([list(map(safe, row)) for row in (self.headings, *self.rows)], self.right)

    def _cell(self, place: int, value: str) -> str:
        return tag("td", text(value), style=self._side(place))

    def _side(self, place: int) -> str:
        return f"text-align: {'right' if place in self.right else 'left'}"
