import gzip
import json

import numpy as np
import pandas as pd
import pytest

from automl_magic import data
from automl_magic.batch.readers import FrameReader, JsonLinesReader, ParquetReader
from automl_magic.data.index import index_as_columns
from automl_magic.errors import DataError, DataNotReadable
from automl_magic.recipe.table import select_columns

WHEN = pd.date_range("2024-01-01", periods=6, freq="h")
TABLE = pd.DataFrame({"when": WHEN, "city": list("abcabc"), "x": range(6), "y": list("ababab")})


@pytest.mark.parametrize("index", [["when"], ["when", "city"]], ids=["one", "two"])
def test_a_named_index_is_a_column_in_every_form_of_the_table(index, tmp_path):
    indexed, path = TABLE.set_index(index), tmp_path / "t.parquet"
    indexed.to_parquet(path)
    saved = data.save_frame(indexed, tmp_path / "saved")

    expected = indexed.reset_index()
    loaded = data.load(str(path))
    pd.testing.assert_frame_equal(loaded, expected)
    pd.testing.assert_frame_equal(data.load(str(saved)), expected)
    assert data.fingerprint(loaded) == data.fingerprint(expected)
    for reader in (FrameReader(indexed), ParquetReader([path])):
        reader.check(list(TABLE), [])
        (chunk,) = reader.chunks(list(TABLE), [], 0)
        assert [str(value) for value in chunk.table()["when"]] == [
            str(value) for value in WHEN.to_numpy()
        ]


def test_a_model_reads_a_named_index_of_a_frame():
    columns = select_columns(TABLE.set_index("when"), ["x", "when"])

    assert columns["when"].tolist() == WHEN.tolist()


@pytest.mark.parametrize(
    "frame",
    [TABLE[TABLE["x"] > 2], TABLE.sample(frac=1, random_state=1), TABLE.set_axis(range(7, 13))],
    ids=["filtered", "shuffled", "renumbered"],
)
def test_row_numbers_are_no_column(frame, tmp_path):
    frame.to_parquet(tmp_path / "t.parquet")

    expected = frame.reset_index(drop=True)
    pd.testing.assert_frame_equal(data.load(str(tmp_path / "t.parquet")), expected)
    pd.testing.assert_frame_equal(index_as_columns(frame, "It"), expected)


@pytest.mark.parametrize("index", [WHEN, [f"car {i}" for i in range(6)], np.arange(6) / 2])
def test_an_index_with_values_but_no_name_is_refused_with_what_to_type(index, tmp_path):
    frame = TABLE.set_index(pd.Index(index))
    frame.to_parquet(tmp_path / "t.parquet")

    for read in (
        lambda: data.save_frame(frame, tmp_path / "saved"),
        lambda: data.load(str(tmp_path / "t.parquet")),
    ):
        with pytest.raises(DataNotReadable, match="an index without a name") as caught:
            read()
        assert 'rename_axis("NAME").reset_index()' in caught.value.fix


def test_an_index_with_the_name_of_a_column_is_refused(tmp_path):
    with pytest.raises(DataNotReadable, match="an index with the name of a column"):
        data.save_frame(TABLE.set_index("when", drop=False), tmp_path)


@pytest.mark.parametrize("name", ["t.jsonl", "t.json", "t.jsonl.gz"])
def test_a_key_that_the_first_records_lack_is_a_column(name, tmp_path):
    records = [{"x": i} if i < 9_000 else {"x": i, "late": i} for i in range(9_100)]
    text = (
        "\n".join(map(json.dumps, records)) if "jsonl" in name else json.dumps(records)
    ).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)

    frame = data.load(str(path))
    reader = data.reader(str(path), {})
    reader.check(["x", "late"], [])
    late = np.concatenate([c.table()["late"] for c in reader.chunks(["x", "late"], [], 0)])

    assert frame.columns.tolist() == list(reader.columns) == ["x", "late"]
    np.testing.assert_array_equal(late, frame["late"])
    with pytest.raises(DataError, match="no column 'z'"):
        reader.check(["x", "z"], [])


def test_two_columns_of_one_name_are_refused_at_every_door(tmp_path):
    twice = pd.concat([TABLE, TABLE[["x"]]], axis=1)
    (tmp_path / "t.csv").write_text("a,x,x\n1,2,3\n")
    (tmp_path / "t.jsonl").write_text('{"a": 1, "x": 2, "x": 3}\n')
    doors = [
        lambda: select_columns(twice, ["x"]),
        lambda: FrameReader(twice).check(["x"], []),
        lambda: data.save_frame(twice, tmp_path / "saved"),
        lambda: data.load(str(tmp_path / "t.csv")),
        lambda: data.reader(str(tmp_path / "t.csv"), {}).check(["x"], []),
        lambda: data.load(str(tmp_path / "t.jsonl")),
        lambda: JsonLinesReader(tmp_path / "t.jsonl").check(["x"], []),
    ]

    for door in doors:
        with pytest.raises(DataError) as caught:
            door()
        assert "'x'" in f"{caught.value.what} {caught.value.why}"
    # A column that the model doesn't read can be there twice.
    assert select_columns(twice, ["when"])["when"].tolist() == WHEN.tolist()
