import stat
import tempfile
from pathlib import Path

import pytest

from automl_magic.errors import RunError
from automl_magic.execute import sockets

RUN_ID = "20261121-053512-k3f9"


@pytest.fixture
def long_tmpdir(monkeypatch, tmp_path):
    folder = tmp_path / ("x" * 90)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_folder_for_sockets_is_private():
    folder = Path(sockets.create_socket_folder(RUN_ID))

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    sockets.remove_socket_folder(RUN_ID)
    assert not folder.exists()


def test_a_long_folder_for_temporary_files_is_passed_over(long_tmpdir):
    folder = Path(sockets.create_socket_folder(RUN_ID))

    assert len(str(folder / "kernel-65535")) <= 103
    assert not folder.is_relative_to(long_tmpdir)
    sockets.remove_socket_folder(RUN_ID)
    assert not folder.exists()


def test_without_a_short_folder_the_error_says_what_to_set(long_tmpdir, monkeypatch):
    monkeypatch.setattr(sockets, "_MAX_PATH_BYTES", 10)

    with pytest.raises(RunError) as refused:
        sockets.create_socket_folder(RUN_ID)

    assert refused.value.fix == "Use a folder with a shorter path: export TMPDIR=/tmp"
