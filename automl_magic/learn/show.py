"""What a cell shows: a table or a picture, as HTML and as the same in plain text."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from automl_magic.learn.words import printable


@dataclass(frozen=True, repr=False)
class Table:
    """Rows of text under headings. `notes` follow the table."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()
    notes: Sequence[str] = ()

    def __repr__(self) -> str:
        cells = [list(self.headings), *(list(map(printable, row)) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [printable(self.caption), ""]
        for row in cells:
            aligned = [
                text.rjust(width) if place in self.right else text.ljust(width)
                for place, (text, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(aligned).rstrip())
        return "\n".join([*lines, *([""] if self.notes else []), *map(printable, self.notes)])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{_html(name)}</th>' for name in self.headings)
        body = "\n".join(
            "<tr>" + "".join(self._cell(place, text) for place, text in enumerate(row)) + "</tr>"
            for row in self.rows
        )
        notes = "".join(f"\n<p>{_html(note)}</p>" for note in self.notes)
        return (
            f"<table>\n<caption>{_html(self.caption)}</caption>\n"
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>{notes}"
        )

    def _cell(self, place: int, text: str) -> str:
        side = "right" if place in self.right else "left"
        return f'<td style="text-align: {side}">{_html(text)}</td>'


@dataclass(frozen=True, repr=False)
class Picture:
    """A picture in SVG, and what it shows in words.

    In HTML it is an image and not markup: a notebook that nobody has trusted yet shows it too.
    """

    svg: str
    words: str

    def __repr__(self) -> str:
        return printable(self.words)

    def _repr_html_(self) -> str:
        encoded = base64.b64encode(self.svg.encode()).decode("ascii")
        words = escape(printable(self.words), quote=True)
        return f'<img src="data:image/svg+xml;base64,{encoded}" alt="{words}">'


def _html(text: str) -> str:
    return escape(printable(text), quote=True)
