"""pieces: the template pieces of notebooks. A choice is always a complete piece.

Each task family has a folder of pieces. Other pieces come from the shared folder,
`templates/notebooks/shared`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from automl_magic.errors import RenderError
from automl_magic.files.templates import templates_folder
from automl_magic.records import TaskKind
from automl_magic.tasks.families import family_for

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Pieces:
    """The template pieces of one task family. `folder` has its own pieces."""

    folder: Path

    def code(self, *parts: str) -> str:
        """Return the text of a piece of code, such as `pieces.code("search", "load")`.

        Raises
        ------
        RenderError
            If the piece doesn't exist.
        """
        return _read(self.folder, parts, ".py")

    def markdown(self, *parts: str) -> str:
        """Return the text of a Markdown piece. It has no slots."""
        return _read(self.folder, parts, ".md")


def pieces_for(kind: TaskKind) -> Pieces:
    """Return the template pieces for a kind of task."""
    return Pieces(family_for(kind).templates)


@cache
def _read(folder: Path, parts: tuple[str, ...], suffix: str) -> str:
    # The parts can come from an edited file, so they must not lead out of the folders.
    if parts and all(map(_NAME.fullmatch, parts)):
        for root in (folder, templates_folder() / "notebooks" / "shared"):
            path = root.joinpath(*parts).with_suffix(suffix)
            if path.is_file():
                return path.read_text("utf-8").rstrip("\n")
    raise RenderError(
        f"There's no template piece {'/'.join(parts)[:80]!r}.",
        why=f"Notebooks consist of the pieces in {str(folder)!r} and the shared pieces.",
        fix="Check the name. If files are missing, reinstall automl-magic.",
    )
