"""Stop requests from another process, for runs without a terminal.

A stop request is a file in the run's folder that its supervisor polls. It's written atomically and
can only contain `stop` or `cancel`. Anyone who can write to the folder can stop the run anyway.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from automl_magic.files.atomic import write_atomic

STOP_REQUEST_NAME = "wish"


class StopRequest(StrEnum):
    """A stop request: finish with the best model so far (`stop`), or end at once (`cancel`).

    They're equivalent to pressing Ctrl-C once and twice.
    """

    STOP = "stop"
    CANCEL = "cancel"


def write_stop_request(folder: Path, wish: StopRequest) -> None:
    """Write a stop request to a run's folder. Raise `OSError` if that fails."""
    write_atomic(folder / STOP_REQUEST_NAME, wish.value.encode("ascii"))


def take_stop_request(folder: Path) -> StopRequest | None:
    """Return the pending stop request, if any, and delete it."""
    path = folder / STOP_REQUEST_NAME
    try:
        text = path.read_text("ascii")
        path.unlink()
        return StopRequest(text)
    except (OSError, ValueError):
        return None
