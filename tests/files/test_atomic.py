"""Files appear whole or not at all."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from automl_magic.errors import FolderTaken
from automl_magic.files.atomic import (
    TEMPORARY_SUFFIX,
    replacing,
    write_atomic,
    write_files,
    write_folder,
    write_once,
)


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
    are_temporary = {
        entry.name.endswith(TEMPORARY_SUFFIX) for entry in tmp_path.iterdir() if entry != path
    }
    assert are_temporary <= {True}


def test_threads_that_write_one_file_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"

    def write(letter: bytes) -> None:
        for _ in range(20):
            write_atomic(path, letter * 1000)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(path.read_bytes())) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_of_two_first_writers_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"

    assert write_once(path, b"one", mode=0o600)
    assert not write_once(path, b"two", mode=0o600)

    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_what_somebody_else_writes_appears_whole(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"

    with replacing(path) as new:
        new.write_text("whole")
        assert not path.exists()
    with pytest.raises(TypeError), replacing(path) as new:
        new.write_bytes("no bytes")  # type: ignore[arg-type]

    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    write_folder(folder, {"recipe.json": b"1", "members/0-0.txt": b"trees"})
    write_folder(folder, {"recipe.json": b"2"}, mode=0o700)

    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {"recipe.json": b"2"}
    assert list(tmp_path.iterdir()) == [folder]


def test_files_change_together_or_not_at_all(tmp_path: Path) -> None:
    texts = {tmp_path / "a.py": "new", tmp_path / "folder": "cannot be a file"}
    (tmp_path / "a.py").write_text("old")
    (tmp_path / "folder").mkdir()

    with pytest.raises(FolderTaken):
        write_files(texts)

    assert (tmp_path / "a.py").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.py", "folder"]
