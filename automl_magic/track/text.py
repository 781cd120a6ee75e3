"""Words that came from data, made fit for a terminal and for a page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

# Control, format (bidirectional overrides among them), surrogate, and both separators of lines.
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def printable(text: str, limit: int) -> str:
    """Return text on one line that moves no cursor and turns no direction, cut to `limit`."""
    shown = "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in _UNPRINTABLE
        else character
        for character in text[:limit]
    )
    return shown if len(shown) <= limit and len(text) <= limit else shown[: limit - 1] + "…"


def utf8(text: str) -> str:
    """Return text that has a UTF-8 form: half a surrogate pair becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def align(header: Sequence[str], rows: Iterable[Sequence[str]], *, right: set[int]) -> list[str]:
    """Return the lines of a table with aligned columns, those of `right` to the right."""
    table = [tuple(header), *map(tuple, rows)]
    widths = [max(_width(row[i]) for row in table) for i in range(len(header))]
    lines = []
    for row in table:
        cells = []
        for i, cell in enumerate(row):
            pad = " " * (widths[i] - _width(cell))
            cells.append(pad + cell if i in right else cell + pad)
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))
