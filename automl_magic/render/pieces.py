"""pieces: what notebooks are made of. A choice enters a notebook as a whole piece."""

from __future__ import annotations

import re
from functools import cache

from automl_magic.errors import RenderError
from automl_magic.files.templates import templates

_WORD = re.compile(r"[a-z][a-z0-9_]*")


@cache
def piece(*words: str, suffix: str = ".py") -> str:
    """Return the text of a piece of a tabular notebook, such as `piece("search", "load")`.

    Raises
    ------
    RenderError
        If there is no such piece.
    """
    path = templates().joinpath("notebooks", "tabular", *words).with_suffix(suffix)
    # A word may come from a file that somebody has edited; it must not lead out of the folder.
    if not all(_WORD.fullmatch(word) for word in words) or not path.is_file():
        raise RenderError(
            f"There is no template piece {'/'.join(words)[:80]!r}.",
            why="Notebooks are put together from the pieces in templates/notebooks/tabular.",
            fix="Check the name; if the files are missing, install automl-magic again.",
        )
    return path.read_text("utf-8").rstrip("\n")


def prose(*words: str) -> str:
    """Return the text of a Markdown piece. It is static: nothing is ever filled in."""
    return piece(*words, suffix=".md")
