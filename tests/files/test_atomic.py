"""Files appear whole or not at all."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from automl_magic.files.atomic import TEMPORARY_SUFFIX, write_atomic


def test_a_file_that_is_written_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    path.write_text("old")

    write_atomic(path, b"new")

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    path.write_text("old")

    with pytest.raises(TypeError):
        write_atomic(path, "no bytes")  # type: ignore[arg-type]

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_killed_writer_never_leaves_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    script = (
        "import pathlib, sys\n"
        "from automl_magic.files.atomic import write_atomic\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "while True:\n"
        "    for letter in (b'a', b'b'):\n"
        "        write_atomic(path, letter * 4_000_000)\n"
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
    left = {entry.name.endswith(TEMPORARY_SUFFIX) for entry in tmp_path.iterdir() if entry != path}
    assert left <= {True}
