"""The templates of the package: notebook pieces, apps and the Voilà theme."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from automl_magic.errors import RenderError

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def templates_folder() -> Path:
    """Return the folder of the templates.

    In a checkout (an editable install), it's `templates/` in the repository. A wheel installs the
    same files to `share/jupyter/automl-magic/templates`, Jupyter's folder for data files.
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
        If the piece doesn't exist.
    """
    path = templates_folder() / "notebooks" / "sources" / f"{name}.py"
    # The name can come from an edited file, so it must not lead out of the folder.
    if not _NAME.fullmatch(name) or not path.is_file():
        raise RenderError(
            f"There's no template piece {name[:80]!r} that loads a table.",
            why=f"These pieces are in {str(path.parent)!r}.",
            fix="Check the name. If files are missing, reinstall automl-magic.",
        )
    return path.read_text("utf-8").rstrip("\n")
