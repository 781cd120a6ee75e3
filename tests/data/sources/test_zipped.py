import zipfile

import pandas as pd
import pytest

from automl_magic import data
from automl_magic.data.limits import ReadLimits
from automl_magic.errors import DataNotReadable
from automl_magic.render.slots import fill


@pytest.fixture
def archive(tmp_path, customers):
    """Return a function that writes an archive of files, with tables in their formats."""

    def write(*names, **more):
        path = tmp_path / "t.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name in names:
                inner = tmp_path / name.rpartition("/")[2]
                if name.endswith(".parquet"):
                    customers.to_parquet(inner)
                elif name.endswith(".jsonl"):
                    customers.to_json(inner, orient="records", lines=True)
                else:
                    customers.to_csv(inner, index=False, sep=";")
                file.write(inner, name)
            for name, content in more.items():
                file.writestr(name, content)
        return str(path)

    return write


@pytest.mark.parametrize("name", ["folder/t.csv", "t.parquet", "t.jsonl"])
def test_one_table_is_read_as_by_itself_and_by_the_notebook(name, archive, customers):
    path = archive(name, **{"README.txt": "hello", "__MACOSX/._t.csv": "x", ".DS_Store": "x"})

    frame = data.load(path, count_missing=True)
    dataset = data.profile(frame, name="t", source=path, read=data.read_call(frame))
    code = data.load_code(dataset)
    names = {"data_path": code.data_path}
    exec(fill(code.text, code.values), names)
    (chunk,) = data.reader(path, {}).chunks(["age", "city"], [], 0)

    pd.testing.assert_frame_equal(frame, customers, check_dtype=False)
    pd.testing.assert_frame_equal(names["table"], frame, check_dtype=False)
    assert data.fingerprint(frame) == data.fingerprint(customers)
    assert chunk.table()["age"].tolist() == customers["age"].tolist()


def test_several_tables_are_listed_and_one_can_be_chosen(archive, customers):
    path = archive("a.csv", "b.jsonl")

    with pytest.raises(DataNotReadable, match="has 2 tables") as caught:
        data.load(path)
    assert "'a.csv', 'b.jsonl'" in caught.value.why
    assert "t.zip#a.csv" in caught.value.fix
    pd.testing.assert_frame_equal(data.load(f"{path}#b.jsonl"), customers, check_dtype=False)
    with pytest.raises(DataNotReadable, match="no table 'c.csv'"):
        data.load(f"{path}#c.csv")


def test_an_archive_without_a_table_is_refused(archive, refused):
    with pytest.raises(DataNotReadable, match="has no table") as caught:
        data.load(archive(**{"README.txt": "hello"}))
    assert "README.txt" in caught.value.why
    assert "Can't unpack" in refused(b"no archive", "u.zip").what


def test_an_archive_that_expands_too_much_is_refused_before_it_is_unpacked(archive):
    path = archive(**{"t.csv": b"x,y\n" + b"0,0\n" * 1_000_000})

    with pytest.raises(DataNotReadable, match="expands to too much data"):
        data.load(path, limits=ReadLimits(ratio_floor_bytes=1 << 20))


def test_an_error_names_the_file_in_the_archive(archive):
    path = archive(**{"t.csv": "a,b\n1,2,3\n"})

    with pytest.raises(DataNotReadable, match="rows of different lengths") as caught:
        data.load(path)
    assert "t.zip#t.csv" in caught.value.what


def test_no_file_of_an_archive_leaves_its_folder(archive, tmp_path):
    path = archive(**{"../../evil.csv": "a,b\n1,2\n"})

    with pytest.raises(DataNotReadable, match="has no table"):
        data.load(path)
    assert not list(tmp_path.parent.rglob("evil.csv"))
