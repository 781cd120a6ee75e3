"""Numbers and tables in plain text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from automl_magic.cli.text import safe
from automl_magic.records import Score


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with as many digits as help, all of them shown, or a dash."""
    return "–" if value is None else f"{value:#.{digits}g}".removesuffix(".")


def seconds(value: float | None) -> str:
    """Return a span of time as people say it: 0.4 s, 12 s, 3 min 5 s."""
    if value is None:
        return "–"
    if value < 10:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def size(n_bytes: float) -> str:
    """Return a size as people say it: 310 MB, 1.2 GB."""
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.0f} MB"


def score_text(score: Score | None) -> str:
    """Return a score with its 95 % interval: `0.9871 [0.9712, 0.9954]`."""
    if score is None:
        return "–"
    if score.low is None or score.high is None:
        return number(score.score)
    return f"{number(score.score)} [{number(score.low)}, {number(score.high)}]"


def text_table(
    heads: Sequence[str], rows: Sequence[Sequence[object]], *, right: Sequence[int] = ()
) -> str:
    """Lay out a table in columns of equal width; `right` lists the columns aligned right."""
    cells = [[safe(cell, 60) for cell in row] for row in (heads, *rows)]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(heads))]
    lines = []
    for row in cells:
        padded = (
            " " * (width - _width(cell)) + cell
            if i in right
            else cell + " " * (width - _width(cell))
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    # East Asian wide characters take two columns, combining marks none.
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
