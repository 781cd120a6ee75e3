"""Where things lie: the user's store of runs, and the templates that ship with us."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HOME_VARIABLE = "AUTOML_MAGIC_HOME"


def home() -> Path:
    """Return the folder that holds the runs, the run store and the default tracking database.

    `AUTOML_MAGIC_HOME` names it; otherwise it is `automl-magic` in the user's data folder.
    """
    if chosen := os.environ.get(HOME_VARIABLE):
        return Path(chosen).expanduser().absolute()
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "automl-magic"


def templates() -> Path:
    """Return the folder of notebook pieces and apps.

    In a checkout (an editable install) it is the repository's own `templates/`; a wheel puts the
    same files under `share/jupyter/automl-magic/templates`, where Jupyter keeps data files.
    """
    checkout = Path(__file__).resolve().parents[1] / "templates"
    if (checkout / "notebooks").is_dir():
        return checkout
    return Path(sys.prefix) / "share" / "jupyter" / "automl-magic" / "templates"
