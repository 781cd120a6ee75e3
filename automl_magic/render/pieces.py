"""pieces: what notebooks are made of. A choice enters a notebook as a whole piece.

The pieces of a task family stand in a folder of its own; what it does not have there is taken from
those that families share, `templates/notebooks/shared`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from automl_magic.errors import RenderError
from automl_magic.files.templates import templates
from automl_magic.records import TaskKind
from automl_magic.tasks.families import family_for

_WORD = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Pieces:
    """The pieces of the notebooks of one family, whose own lie in `folder`."""

    folder: Path

    def code(self, *words: str) -> str:
        """Return the text of a piece of code, such as `pieces.code("search", "load")`.

        Raises
        ------
        RenderError
            If there is no such piece.
        """
        return _read(self.folder, words, ".py")

    def prose(self, *words: str) -> str:
        """Return the text of a Markdown piece. It is static: nothing is ever filled in."""
        return _read(self.folder, words, ".md")


def pieces_for(kind: TaskKind) -> Pieces:
    """Return the pieces that the notebooks of a kind of task are made of."""
    return Pieces(family_for(kind).templates)


@cache
def _read(folder: Path, words: tuple[str, ...], suffix: str) -> str:
    # A word may come from a file that somebody has edited; it must not lead out of the folders.
    if words and all(map(_WORD.fullmatch, words)):
        for place in (folder, templates() / "notebooks" / "shared"):
            path = place.joinpath(*words).with_suffix(suffix)
            if path.is_file():
                return path.read_text("utf-8").rstrip("\n")
    raise RenderError(
        f"There is no template piece {'/'.join(words)[:80]!r}.",
        why=f"Notebooks are put together from the pieces in {str(folder)!r}, and from those that "
        "families share.",
        fix="Check the name; if the files are missing, install automl-magic again.",
    )
