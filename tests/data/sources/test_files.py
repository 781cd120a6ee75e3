import pytest

from automl_magic import data
from automl_magic.data import ReadLimits
from automl_magic.errors import DataNotReadable


def test_a_missing_file_gets_the_near_miss_of_its_folder(tmp_path, refused):
    (tmp_path / "customers.csv").write_text("a,b\n1,2\n")
    error = refused(None, "custmers.csv")
    assert error.why == "The folder has 'customers.csv'."
    assert error.fix == f"Use {tmp_path / 'customers.csv'}."


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DataNotReadable, match="There's no folder") as caught:
        data.load(str(tmp_path / "nowhere" / "t.csv"))
    assert "sklearn:breast_cancer" in caught.value.fix


def test_a_folder_offers_its_tables(tmp_path):
    (tmp_path / "a b.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataNotReadable) as caught:
        data.load(str(tmp_path))
    assert caught.value.what.endswith("is a folder, not a file.")
    assert caught.value.fix == f"Use one of its files, such as '{tmp_path}/a b.csv'."


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"   "])
def test_an_empty_file_is_refused(content, refused):
    assert refused(content).what.endswith("is empty.")


def test_a_header_without_rows_is_refused(refused):
    error = refused(b"a,b,c\n")
    assert error.what.endswith("has no rows.")
    assert error.why == "It only has a header with 3 column names: 'a', 'b', 'c'."


def test_one_column_loads_since_a_model_may_need_no_more(tmp_path):
    (tmp_path / "t.csv").write_text("a\n1\n2\n")
    assert data.load(str(tmp_path / "t.csv"))["a"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"PAR1xxxxPAR1", "t.csv", "it's a Parquet file"),
        (b"\x1f\x8b\x08\x00abc", "t.csv", "it's gzip-compressed"),
        (b"PK\x03\x04abc", "t.csv", "a zip archive (or an Excel workbook)"),
        (b"\x89PNG\r\n", "t.json", "a PNG image"),
        (b"a,b\n1,\x00\n", "t.csv", "Byte 6 is zero"),
        (bytes(range(256)) * 40, "t.csv", "is zero"),
        (b"a,b\n1,2\n", "t.parquet", "Parquet files start with b'PAR1'"),
        (b"a,b\n1,2\n", "t.csv.gz", "gzip files start with"),
    ],
)
def test_what_its_first_bytes_betray_is_refused(content, name, why, refused):
    assert why in refused(content, name).why


def test_a_wrong_ending_gets_the_command_that_renames(refused):
    assert refused(b"a,b\n1,2\n", "t.parqet").fix.endswith("mv t.parqet t.parquet")
    assert refused(b"a,b\n1,2\n", "t.txt").fix.endswith("mv t.txt t.csv")
    assert refused(b"a,b\n1,2\n", "table").fix.endswith("mv table table.csv")


def test_an_address_is_not_fetched():
    with pytest.raises(DataNotReadable) as caught:
        data.load("https://example.org/t.csv")
    assert caught.value.fix.endswith("curl -LO https://example.org/t.csv")


def test_a_pipe_is_refused(tmp_path):
    import os

    os.mkfifo(tmp_path / "t.csv")
    with pytest.raises(DataNotReadable, match="isn't a regular file"):
        data.load(str(tmp_path / "t.csv"))


def test_a_name_with_a_zero_character_cannot_be_a_path():
    with pytest.raises(DataNotReadable):
        data.load("a\x00b.csv")


def test_a_file_above_the_limit_is_refused_before_it_is_read(refused):
    error = refused(b"a,b\n1,2\n", limits=ReadLimits(file_bytes=4))
    assert error.why == "It has 8 bytes. The limit is 4."


def test_hostile_file_names_stay_on_one_line(refused):
    refused(b"", "a\nb; rm -rf \x1b[31m.csv")
