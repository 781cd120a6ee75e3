"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from automl_magic.errors import FolderNotWritable
from automl_magic.execute.atomic_io import (
    AtomicFileHandler,
    notebook_bytes,
    translate_write_errors,
)


def test_a_lone_surrogate_survives_in_a_notebook(tmp_path: Path) -> None:
    document = {"cells": [], "metadata": {"title": "\ud800 \U0001f642 é"}}
    path = tmp_path / "notebook.ipynb"

    AtomicFileHandler().write(notebook_bytes(document).decode(), str(path))

    assert json.loads(AtomicFileHandler().read(str(path))) == document


@pytest.mark.parametrize(
    ("number", "fix"),
    [
        (errno.ENOSPC, "Free some space: df -h /runs"),
        (
            errno.EROFS,
            "Make it writable, or use another folder: export AUTOML_MAGIC_HOME=DIR",
        ),
        (
            errno.EACCES,
            "Make it writable, or use another folder: export AUTOML_MAGIC_HOME=DIR",
        ),
    ],
)
def test_an_error_of_the_disk_says_what_to_do(number: int, fix: str) -> None:
    with pytest.raises(FolderNotWritable) as caught, translate_write_errors(Path("/runs")):
        raise OSError(number, os.strerror(number))

    assert (caught.value.what, caught.value.why, caught.value.fix) == (
        "Can't write to the folder '/runs'.",
        f"System error: {os.strerror(number)}.",
        fix,
    )


def test_another_error_passes_through() -> None:
    with pytest.raises(BrokenPipeError), translate_write_errors(Path("/runs")):
        raise BrokenPipeError(errno.EPIPE, "gone")
