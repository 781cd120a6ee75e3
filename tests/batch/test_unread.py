"""A table in another notation gives the same predictions, or is refused by column."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from automl_magic.batch import CsvReader, FrameReader, JsonLinesReader, ParquetReader, score
from automl_magic.errors import DataError
from automl_magic.learn.input_schema import input_schema
from automl_magic.recipe.batches import column_storage, predict_table
from automl_magic.recipe.reading import TableReader


@pytest.fixture(scope="module")
def loaded(model, frame):
    """The model as it's loaded from a folder, with a reader."""
    return dataclasses.replace(model, reader=TableReader(input_schema(model.recipe, frame)))


@pytest.fixture(scope="module")
def expected(model, frame):
    return predict_table(model, frame)


NOTATIONS = {
    "yes and no": lambda f: f.assign(member=f["member"].map({True: "yes", False: "no"})),
    "1 and 0": lambda f: f.assign(member=f["member"].astype(int)),
    "dates as timestamps": lambda f: f.assign(since=pd.to_datetime(f["since"])),
    "codes as text": lambda f: f.assign(code=f["code"].astype(str)),
    "codes as decimals": lambda f: f.assign(code=f["code"].astype(float)),
    "amounts as numbers": lambda f: f.assign(paid=f["paid"].str.replace(",", "").astype(float)),
    "other columns": lambda f: f.assign(extra=1)[sorted([*f.columns, "extra"])],
}


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "frame"])
def test_another_notation_gives_the_same_predictions(
    loaded, frame, expected, tmp_path, notation, suffix
):
    other, path = NOTATIONS[notation](frame), tmp_path / f"in.{suffix}"
    if suffix == "csv":
        other.to_csv(path, index=False)
        reader = CsvReader(path, ",", column_storage(loaded, loaded.reader.schema))
    elif suffix == "jsonl":
        other.to_json(path, orient="records", lines=True, double_precision=15, date_format="iso")
        reader = JsonLinesReader(path)
    elif suffix == "parquet":
        other.to_parquet(path)
        reader = ParquetReader([path])
    else:
        reader = FrameReader(other)

    summary = score(loaded, reader, tmp_path / "p.parquet")

    assert summary.unread == {}
    predicted = pd.read_parquet(tmp_path / "p.parquet")
    np.testing.assert_allclose(predicted["probability_y"], expected["probability_y"], atol=1e-9)


def unreadable(frame, n_rows):
    """The table with decimal commas in the first rows, where the model knows points."""
    texts = frame["age"].map(str, na_action="ignore")
    texts[:n_rows] = texts[:n_rows].str.replace(".", ",")
    return frame.assign(age=texts)


def test_a_column_in_another_notation_is_refused_and_leaves_no_file(loaded, frame, tmp_path):
    path, out = tmp_path / "in.csv", tmp_path / "p.csv"
    unreadable(frame, 300).to_csv(path, index=False)
    storage = column_storage(loaded, loaded.reader.schema)

    with pytest.raises(DataError, match="Can't read the column 'age'") as refused:
        score(loaded, CsvReader(path, ",", storage), out)

    assert "(100.0%)" in refused.value.why
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_unread_values_count_as_missing_on_request(loaded, model, frame, tmp_path):
    other = unreadable(frame, 40)

    summary = score(loaded, FrameReader(other), tmp_path / "p.parquet", on_unread="missing")

    n_unread = int(frame["age"][:40].notna().sum())
    assert summary.unread == {"age": n_unread}
    assert summary.to_json()["unread"] == {"age": n_unread}
    without = frame.assign(age=frame["age"].mask(frame.index < 40))
    predicted = pd.read_parquet(tmp_path / "p.parquet")
    expected = predict_table(model, without)["probability_y"]
    np.testing.assert_allclose(predicted["probability_y"], expected, atol=1e-12)


def test_a_resumed_job_counts_the_values_of_its_first_process(loaded, frame, tmp_path):
    out, path = tmp_path / "p.csv", tmp_path / "in.parquet"
    other = unreadable(pd.concat([frame] * 130, ignore_index=True), 100)
    other.to_parquet(path)
    n_unread = int(frame["age"][:100].notna().sum())

    def stop(*_):
        if out.with_name(".p.csv.parts").joinpath("manifest.json").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score(loaded, ParquetReader([path]), out, on_rows=stop, part_s=0)

    summary = score(loaded, ParquetReader([path]), out, resume=True)

    assert summary.n_resumed > 300
    assert summary.unread == {"age": n_unread}


def test_a_large_table_is_refused_after_its_first_rows(loaded, frame, tmp_path):
    other = unreadable(pd.concat([frame] * 400, ignore_index=True), 120_000)
    n_rows = []

    with pytest.raises(DataError, match="'age'"):
        score(
            loaded,
            FrameReader(other),
            tmp_path / "p.csv",
            on_rows=lambda n, _, __: n_rows.append(n),
        )

    assert max(n_rows, default=0) < 60_000
