import gzip
import json

import pandas as pd
import pyarrow as pa
import pytest

from automl_magic import data
from automl_magic.batch.formats import FORMATS
from automl_magic.data.sources.frame import Frames, frame_text
from automl_magic.data.sources.registry import find_source, help_text
from automl_magic.data.sources.sampling import sample_rows
from automl_magic.errors import DataNotReadable, RenderError
from automl_magic.files.templates import source_piece


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
    call = json.loads(json.dumps(data.read_call(data.load(path))))
    reader = {"csv": pd.read_csv, "parquet": pd.read_parquet, "jsonl": pd.read_json}[call["format"]]
    pd.testing.assert_frame_equal(reader(path, **call["options"]), data.load(path))


def test_a_read_call_names_separator_and_encoding(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("name;größe\nä;1\nö;2\n".encode("utf-8-sig"))
    assert data.read_call(data.load(str(path))) == {
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
    assert data.read_call(iris) == {"format": "sklearn", "options": {"name": "iris"}}


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


@pytest.mark.parametrize("name", ["t.csv.gz", "t.parquet", "t.json"])
def test_every_format_previews_draws_and_says_what_it_holds(name, tmp_path, customers):
    path = _write(customers, tmp_path / name)
    source = find_source(path)
    drawn = source.sample(path, 20, seed=1)["customer"].tolist()

    pd.testing.assert_frame_equal(
        source.preview(path, 4), customers.head(4), check_dtype=False, check_column_type=False
    )
    assert len(drawn) == 20
    assert drawn == [name for name in customers["customer"] if name in drawn]
    # Text formats have no dates of their own.
    assert source.schema(path) == {
        "customer": "text", "age": "number", "income": "number", "member": "boolean",
        "city": "text", "since": "text", "churn": "text",
    }  # fmt: skip


def test_a_preview_reads_the_first_rows_alone(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1,2\n3,4\n5,6,7\n")

    assert find_source(str(path)).preview(str(path), 2).to_numpy().tolist() == [[1, 2], [3, 4]]
    with pytest.raises(DataNotReadable, match="rows of different length"):
        data.load(str(path))


def test_a_file_that_has_changed_has_another_identity(tmp_path, customers):
    path = _write(customers, tmp_path / "t.csv")
    before = find_source(path).identity(path)

    assert find_source(path).identity(path) == before
    _write(customers.head(10), tmp_path / "t.csv")
    assert find_source(path).identity(path) != before


def test_a_sample_does_not_depend_on_how_the_rows_are_cut(customers):
    table = pa.Table.from_pandas(customers)
    cuts = [sample_rows(iter(table.to_batches(max_chunksize=n)), 25, seed=5) for n in (7, 30, 60)]

    assert cuts[0].equals(cuts[1])
    assert cuts[1].equals(cuts[2])
    assert sample_rows(iter(table.to_batches()), 1000, seed=5).num_rows == 60


def test_a_sample_draws_every_row_as_often_as_any_other():
    table = pa.table({"row": range(20)})
    seen = [
        sample_rows(iter(table.to_batches(max_chunksize=3)), 5, seed)["row"] for seed in range(2000)
    ]

    counts = pd.Series([int(row.as_py()) for one in seen for row in one]).value_counts()
    assert counts.sum() == 10_000
    assert counts.between(400, 600).all()  # 500 expected, 5 standard deviations


def test_a_frame_of_the_kernel_is_a_source_by_its_name(customers):
    source = Frames({"people": customers})
    text = frame_text("people")

    assert find_source(text, [source]) is source
    assert source.argument(text) is customers
    pd.testing.assert_frame_equal(source.load(text), customers)
    indexed = Frames({"people": customers.set_index("customer")})
    pd.testing.assert_frame_equal(indexed.load(text), customers)
    assert (source.title(text), source.in_code(text)) == ("people", "people")
    assert source.schema(text)["age"] == "number"
    with pytest.raises(DataNotReadable, match="Another notebook can't load the DataFrame"):
        source.code(text, {})


@pytest.mark.parametrize("name", ["../../search/load", "sklearn_iris/../csv", "", "none"])
def test_no_name_leads_out_of_the_pieces_that_load_tables(name):
    with pytest.raises(RenderError, match="no template piece"):
        source_piece(name)


def test_the_help_of_a_command_names_what_every_source_of_ours_reads():
    words = help_text()

    assert all(form.title in words for form in FORMATS)
    assert "sklearn:NAME" in words
