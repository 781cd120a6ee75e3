"""Wishes: how another process asks a run to stop, where no signal of its terminal reaches.

A wish is a file in the run's folder that its supervisor looks for. It is written whole, and it is
no more than a word of a closed list: who can write into the folder can end the run anyway.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from automl_magic.files.atomic import write_atomic

WISH_NAME = "wish"


class Wish(StrEnum):
    """What a run may be asked for: to keep the best so far and come to its end, or to end at once.

    They mean what one and two presses of Ctrl-C mean.
    """

    STOP = "stop"
    CANCEL = "cancel"


def leave(folder: Path, wish: Wish) -> None:
    """Leave a wish in a run's folder. `OSError` where it cannot be written."""
    write_atomic(folder / WISH_NAME, wish.value.encode("ascii"))


def take(folder: Path) -> Wish | None:
    """Return the wish that was left since the last look, and forget it."""
    path = folder / WISH_NAME
    try:
        text = path.read_text("ascii")
        path.unlink()
        return Wish(text)
    except (OSError, ValueError):
        return None
