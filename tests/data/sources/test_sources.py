import gzip
import json

import pandas as pd
import pytest

from automl_magic import data
from automl_magic.errors import DataNotReadable


def _write(frame, path):
    text = {
        "csv": lambda: frame.to_csv(index=False),
        "tsv": lambda: frame.to_csv(index=False, sep="\t"),
        "json": lambda: frame.to_json(orient="records"),
        "jsonl": lambda: frame.to_json(orient="records", lines=True),
        "ndjson": lambda: frame.to_json(orient="records", lines=True),
    }
    kind = path.name.split(".")[1]
    if kind == "parquet":
        frame.to_parquet(path)
    elif path.suffix == ".gz":
        path.write_bytes(gzip.compress(text[kind]().encode()))
    else:
        path.write_text(text[kind]())
    return str(path)


FILES = [
    "t.csv", "t.tsv", "t.csv.gz", "t.tsv.gz", "t.parquet", "t.json", "t.json.gz", "t.jsonl",
    "t.jsonl.gz", "t.ndjson",
]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_table(name, tmp_path, customers):
    read = data.load(_write(customers, tmp_path / name))
    pd.testing.assert_frame_equal(read, customers, check_dtype=False)
    assert data.fingerprint(read) == data.fingerprint(customers)


@pytest.mark.parametrize("name", ["t.csv", "t.tsv.gz", "t.parquet", "t.jsonl.gz", "t.json"])
def test_pandas_alone_reads_the_same_table_by_the_read_call(name, tmp_path, customers):
    path = _write(customers, tmp_path / name)
    call = json.loads(json.dumps(data.read_call(path)))
    reader = {"csv": pd.read_csv, "parquet": pd.read_parquet, "jsonl": pd.read_json}[call["format"]]
    pd.testing.assert_frame_equal(reader(path, **call["options"]), data.load(path))


def test_a_read_call_names_separator_and_encoding(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("name;größe\nä;1\nö;2\n".encode("utf-8-sig"))
    assert data.read_call(str(path)) == {
        "format": "csv",
        "options": {
            "sep": ";", "encoding": "utf-8-sig", "float_precision": "round_trip",
            "low_memory": False,
        },
    }  # fmt: skip
    assert data.load(str(path)).columns.tolist() == ["name", "größe"]


def test_a_read_table_can_be_written_to(tmp_path, customers):
    read = data.load(_write(customers[["age", "churn"]], tmp_path / "t.csv"))
    read.loc[0, "age"] = 99
    read["age"].to_numpy()
    assert read.loc[0, "age"] == 99


def test_sources_are_written_down_in_full(tmp_path, customers, monkeypatch):
    _write(customers, tmp_path / "t.csv")
    monkeypatch.chdir(tmp_path)
    assert data.locate("t.csv") == str(tmp_path / "t.csv")
    assert data.locate("sklearn:iris") == "sklearn:iris"


def test_bundled_class_sets_name_their_classes():
    iris = data.load("sklearn:iris")
    assert sorted(iris["target"].unique()) == ["setosa", "versicolor", "virginica"]
    assert data.read_call("sklearn:iris") == {"format": "sklearn", "options": {"name": "iris"}}


@pytest.mark.parametrize(
    ("name", "shape", "kind"),
    [
        ("breast_cancer", (569, 31), "str"),
        ("wine", (178, 14), "str"),
        ("digits", (1797, 65), "int64"),
        ("diabetes", (442, 11), "float64"),
    ],
)
def test_all_bundled_sets_load(name, shape, kind):
    frame = data.load(f"sklearn:{name}")
    assert (frame.shape, str(frame["target"].dtype)) == (shape, kind)


def test_a_misspelt_bundled_set_gets_its_near_miss():
    with pytest.raises(DataNotReadable) as caught:
        data.load("sklearn:breast_cancr")
    assert caught.value.fix == "Use sklearn:breast_cancer."
