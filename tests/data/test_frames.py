from pathlib import Path

import pandas as pd
import pytest

from automl_magic import data
from automl_magic.errors import DataNotReadable


def test_a_saved_frame_loads_as_itself(tmp_path, customers):
    path = data.save_frame(customers, tmp_path / "new")
    assert path == tmp_path / "new" / "table.parquet"
    assert [p.name for p in path.parent.iterdir()] == ["table.parquet"]
    pd.testing.assert_frame_equal(data.load(str(path)), customers)


@pytest.mark.parametrize(
    ("frame", "fix"),
    [
        (pd.DataFrame({0: [1], 1: [2]}), "frame.columns = frame.columns.map(str)"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "frame.columns.duplicated()"),
        (pd.DataFrame({"a": []}), "Use a table with rows"),
        (pd.DataFrame({"a": [1]}), "Add a column"),
        (
            pd.DataFrame([[1, 2]], columns=pd.Index(["\ud800", "b"], dtype=object)),
            "encode('utf-8', 'replace')",
        ),
        (pd.DataFrame({"a": pd.Series(["\ud800"], dtype=object), "b": [1]}), ".astype(str)"),
    ],
)
def test_a_frame_that_no_file_can_hold_is_refused(frame, fix, tmp_path):
    with pytest.raises(DataNotReadable) as caught:
        data.save_frame(frame, tmp_path)
    assert fix in caught.value.fix
    assert list(tmp_path.iterdir()) == []


def test_a_frame_is_a_source_that_lies_in_the_folder_once_kept(tmp_path, customers):
    folder = tmp_path / "plan"
    with data.frame_as_source(customers, folder) as source:
        assert not folder.exists()
        pd.testing.assert_frame_equal(data.load(source.readable), customers)
        folder.mkdir()
        with source.copied():
            assert not Path(source.final).exists()
    assert source.final == str(folder / "table.parquet")
    pd.testing.assert_frame_equal(data.load(source.final), customers)
    assert not Path(source.readable).exists()


def test_a_frame_is_not_kept_where_what_follows_fails(tmp_path, customers):
    with (
        data.frame_as_source(customers, tmp_path) as source,
        pytest.raises(OSError, match="no space"),
        source.copied(),
    ):
        raise OSError("no space")
    assert list(tmp_path.iterdir()) == []


def test_a_relative_source_is_looked_for_in_the_folder_first(tmp_path, customers, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "plan").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    customers.to_csv("a.csv")
    customers.to_csv("b.v2.csv")
    customers.to_csv(tmp_path / "plan" / "a.csv")
    with data.resolve_source("a.csv", tmp_path / "plan") as source:
        assert source == data.TableSource("a", *[str(tmp_path / "plan" / "a.csv")] * 2)
        with source.copied():
            pass
    with data.resolve_source("b.v2.csv", tmp_path / "plan") as source:
        assert source == data.TableSource("b", *[str(tmp_path / "here" / "b.v2.csv")] * 2)
    with data.resolve_source("sklearn:iris", tmp_path) as source:
        assert source == data.TableSource("iris", "sklearn:iris", "sklearn:iris")
