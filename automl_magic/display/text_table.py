"""Text tables, shown with aligned columns in a terminal and as HTML in a notebook."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from automl_magic.display.html import tag, text
from automl_magic.display.text import printable


def align_columns(rows: Iterable[Sequence[str]], right: Collection[int] = ()) -> list[str]:
    """Return rows of printable text as lines with aligned columns.

    `right` are the indices of right-aligned columns.
    """
    table = [tuple(row) for row in rows]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    lines = []
    for row in table:
        cells = []
        for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
            pad = " " * (width - _width(cell))
            cells.append(pad + cell if index in right else cell + pad)
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    # East Asian wide characters take two columns, combining characters none.
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


@dataclass(frozen=True, repr=False)
class TextTable:
    """A table of text with a caption, headings and notes.

    `right` are the indices of right-aligned columns. As the only output of a cell, the table
    displays itself. Use `as_text` and `as_html` for one of several tables.
    """

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()
    notes: Sequence[str] = ()

    def as_text(self) -> str:
        """Return the caption and the indented rows as plain text."""
        return "\n".join([printable(self.caption), *(f"  {line}" for line in self._lines())])

    def as_html(self) -> str:
        """Return the table as HTML, with all data escaped."""
        head = "".join(
            tag("th", text(name), scope="col", style=self._alignment(index))
            for index, name in enumerate(self.headings)
        )
        body = "".join(tag("tr", *map(self._cell, range(len(row)), row)) for row in self.rows)
        return tag(
            "table",
            tag("caption", text(self.caption), style="text-align: left"),
            tag("thead", tag("tr", head)),
            tag("tbody", body),
        )

    def __repr__(self) -> str:
        notes = ["", *map(printable, self.notes)] if self.notes else []
        return "\n".join([printable(self.caption), "", *self._lines(), *notes])

    def _repr_html_(self) -> str:
        head = "".join(tag("th", text(name), scope="col") for name in self.headings)
        body = "\n".join(tag("tr", *map(self._cell, range(len(row)), row)) for row in self.rows)
        notes = "".join(f"\n{tag('p', text(note))}" for note in self.notes)
        return (
            f"<table>\n{tag('caption', text(self.caption))}\n"
            f"{tag('thead', tag('tr', head))}\n<tbody>\n{body}\n</tbody>\n</table>{notes}"
        )

    def _lines(self) -> list[str]:
        return align_columns(
            [list(map(printable, row)) for row in (self.headings, *self.rows)], self.right
        )

    def _cell(self, index: int, value: str) -> str:
        return tag("td", text(value), style=self._alignment(index))

    def _alignment(self, index: int) -> str:
        return f"text-align: {'right' if index in self.right else 'left'}"
