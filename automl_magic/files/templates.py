"""The templates that ship with us: pieces of notebooks, apps, the theme of Voila."""

from __future__ import annotations

import sys
from pathlib import Path


def templates() -> Path:
    """Return the folder of notebook pieces and apps.

    In a checkout (an editable install) it is the repository's own `templates/`; a wheel puts the
    same files under `share/jupyter/automl-magic/templates`, where Jupyter keeps data files.
    """
    checkout = Path(__file__).resolve().parents[2] / "templates"
    if (checkout / "notebooks").is_dir():
        return checkout
    return Path(sys.prefix) / "share" / "jupyter" / "automl-magic" / "templates"
