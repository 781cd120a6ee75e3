"""The templates that ship with us: pieces of notebooks, apps, the theme of Voila."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from automl_magic.errors import RenderError

_WORD = re.compile(r"[a-z][a-z0-9_]*")


def templates() -> Path:
    """Return the folder of notebook pieces and apps.

    In a checkout (an editable install) it is the repository's own `templates/`; a wheel puts the
    same files under `share/jupyter/automl-magic/templates`, where Jupyter keeps data files.
    """
    checkout = Path(__file__).resolve().parents[2] / "templates"
    if (checkout / "notebooks").is_dir():
        return checkout
    return Path(sys.prefix) / "share" / "jupyter" / "automl-magic" / "templates"


@cache
def source_piece(name: str) -> str:
    """Return the text of a piece that loads a table: templates/notebooks/sources/NAME.py.

    Raises
    ------
    RenderError
        If there is no such piece.
    """
    path = templates() / "notebooks" / "sources" / f"{name}.py"
    # A name may come from a file that somebody has edited; it must not lead out of the folder.
    if not _WORD.fullmatch(name) or not path.is_file():
        raise RenderError(
            f"There is no template piece {name[:80]!r} that loads a table.",
            why=f"These pieces lie in {str(path.parent)!r}.",
            fix="Check the name; if the files are missing, install automl-magic again.",
        )
    return path.read_text("utf-8").rstrip("\n")
