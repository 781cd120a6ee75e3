"""The folder for the sockets of a run's kernel: private and with a short path."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from automl_magic.errors import RunError

_MAX_PATH_BYTES = 103  # limit for socket paths: 107 on Linux, 103 on macOS
_SUFFIX_BYTES = len("/automl-20261121-053512-k3f9-abcdefgh/kernel-65535")


def create_socket_folder(run_id: str) -> str:
    """Create the folder for a run's kernel sockets, readable only by this user.

    Raises
    ------
    RunError
        If no folder for temporary files has a short enough path.
    """
    for root in _roots():
        if os.access(root, os.W_OK | os.X_OK):
            return tempfile.mkdtemp(prefix=f"automl-{run_id}-", dir=root)
    raise RunError(
        "Can't create a folder for the kernel's sockets.",
        why=f"Socket paths have at most {_MAX_PATH_BYTES} bytes, and {tempfile.gettempdir()!r} is "
        "too long.",
        fix="Use a folder with a shorter path: export TMPDIR=/tmp",
    )


def remove_socket_folder(run_id: str) -> None:
    """Remove the folder of a run's kernel sockets."""
    for root in _roots():
        for folder in root.glob(f"automl-{run_id}-*"):
            shutil.rmtree(folder, ignore_errors=True)


def _roots() -> Iterator[Path]:
    for root in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108
        if len(os.fsencode(root)) + _SUFFIX_BYTES <= _MAX_PATH_BYTES:
            yield Path(root)
