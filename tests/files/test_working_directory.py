"""A working directory that was deleted is an error that says what to type."""

import pytest

from automl_magic.errors import WorkingDirectoryGone
from automl_magic.files.working_directory import check_working_directory


def test_a_deleted_working_directory_is_an_error(tmp_path, monkeypatch):
    folder = tmp_path / "deleted"
    folder.mkdir()
    monkeypatch.chdir(folder)
    check_working_directory()
    folder.rmdir()

    with pytest.raises(WorkingDirectoryGone) as gone:
        check_working_directory()

    assert gone.value.fix == "Change to another folder: cd"
    monkeypatch.chdir(tmp_path)
