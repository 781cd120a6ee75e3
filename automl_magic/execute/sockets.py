"""Where a run's kernel has its sockets: a private folder with a short path."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from automl_magic.errors import RunError

_LONGEST_PATH = 103  # bytes of a socket's path: 107 on Linux, 103 on macOS
_BELOW = len("/automl-20261121-053512-k3f9-abcdefgh/kernel-65535")


def make_sockets(run_id: str) -> str:
    """Make the folder of a run's kernel sockets, readable by this user alone.

    Raises
    ------
    RunError
        If no folder for temporary files has a path that is short enough.
    """
    for root in _roots():
        if os.access(root, os.W_OK | os.X_OK):
            return tempfile.mkdtemp(prefix=f"automl-{run_id}-", dir=root)
    raise RunError(
        "There is no folder for the kernel's sockets.",
        why=f"A socket's path holds {_LONGEST_PATH} bytes, and {tempfile.gettempdir()!r} is too "
        "long for one inside it.",
        fix="export TMPDIR=/tmp",
    )


def remove_sockets(run_id: str) -> None:
    """Remove the folder of a run's kernel sockets."""
    for root in _roots():
        for left in root.glob(f"automl-{run_id}-*"):
            shutil.rmtree(left, ignore_errors=True)


def _roots() -> Iterator[Path]:
    for root in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108
        if len(os.fsencode(root)) + _BELOW <= _LONGEST_PATH:
            yield Path(root)
