"""Where things lie: the person's own folder of runs and databases."""

from __future__ import annotations

import os
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
