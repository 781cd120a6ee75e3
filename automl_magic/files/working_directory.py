"""The working directory, which can have been deleted."""

from __future__ import annotations

import os

from automl_magic.errors import WorkingDirectoryGone


def check_working_directory() -> None:
    """Raise WorkingDirectoryGone if the working directory has been deleted.

    Relative paths can't be resolved then, and new files have no folder.
    """
    try:
        os.getcwd()  # noqa: PTH109 - the only question is whether it's there
    except FileNotFoundError as error:
        raise WorkingDirectoryGone(
            "The working directory doesn't exist any more.",
            why="It was deleted after this terminal or kernel started.",
            fix="Change to another folder: cd",
        ) from error
