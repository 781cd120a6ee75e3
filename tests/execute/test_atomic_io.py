"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from automl_magic.errors import FolderNotWritable
from automl_magic.execute.atomic_io import (
    WholeFiles,
    notebook_bytes,
    sweep,
    write_whole,
    writing_to,
)


def test_a_file_that_is_written_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    path.write_text("old")

    write_whole(path, b"new")

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    path.write_text("old")

    with pytest.raises(TypeError):
        write_whole(path, "no bytes")  # type: ignore[arg-type]

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_writer_never_leaves_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    script = (
        "import pathlib, sys\n"
        "from automl_magic.execute.atomic_io import write_whole\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "while True:\n"
        "    for letter in (b'a', b'b'):\n"
        "        write_whole(path, letter * 4_000_000)\n"
    )
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", script, str(path)])
        while not path.exists():
            time.sleep(0.01)
        time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()

        data = path.read_bytes()
        assert len(data) == 4_000_000
        assert len(set(data)) == 1
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_lone_surrogate_survives_in_a_notebook(tmp_path: Path) -> None:
    document = {"cells": [], "metadata": {"title": "\ud800 \U0001f642 é"}}
    path = tmp_path / "notebook.ipynb"

    WholeFiles().write(notebook_bytes(document).decode(), str(path))

    assert json.loads(WholeFiles().read(str(path))) == document


@pytest.mark.parametrize(
    ("number", "fix"),
    [
        (errno.ENOSPC, "Free some space: df -h /runs"),
        (
            errno.EROFS,
            "Choose another folder: export AUTOML_MAGIC_HOME=DIR, or make this one writable.",
        ),
        (
            errno.EACCES,
            "Choose another folder: export AUTOML_MAGIC_HOME=DIR, or make this one writable.",
        ),
    ],
)
def test_an_error_of_the_disk_says_what_to_do(number: int, fix: str) -> None:
    with pytest.raises(FolderNotWritable) as caught, writing_to(Path("/runs")):
        raise OSError(number, os.strerror(number))

    assert (caught.value.what, caught.value.why, caught.value.fix) == (
        "The folder '/runs' cannot be written.",
        f"The system says: {os.strerror(number)}.",
        fix,
    )


def test_another_error_passes_through() -> None:
    with pytest.raises(BrokenPipeError), writing_to(Path("/runs")):
        raise BrokenPipeError(errno.EPIPE, "gone")
