"""Files through a model: the same values whatever the chunks, in order, whole or not at all."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl_magic.batch import CsvReader, FrameReader, JsonLinesReader, ParquetReader, score
from automl_magic.errors import DataError, DataNotReadable, FolderBusy, RunError
from automl_magic.recipe.batches import column_storage, predict_table

PARQUET_TYPES = ("plain", "dictionary", "nullable")


@pytest.fixture(scope="module")
def expected(model, frame):
    return predict_table(model, frame)


def assert_same(path, expected):
    actual = pd.read_parquet(path)
    assert actual["prediction"].tolist() == list(expected["prediction"])
    for name in ("probability_n", "probability_y"):
        np.testing.assert_allclose(actual[name], expected[name], rtol=0, atol=1e-12)


def csv_of(frame, folder):
    path = folder / "in.csv"
    frame.to_csv(path, index=False)
    return path


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(block_bytes=st.integers(400, 30_000), threads=st.integers(1, 3))
def test_no_size_of_a_block_changes_what_a_csv_says(
    model, frame, expected, tmp_path, block_bytes, threads
):
    reader = CsvReader(csv_of(frame, tmp_path), ",", column_storage(model), block_bytes=block_bytes)

    score(model, reader, tmp_path / "p.parquet", threads=threads)

    assert_same(tmp_path / "p.parquet", expected)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.integers(7, 400))
def test_no_number_of_rows_changes_what_json_lines_say(model, frame, expected, tmp_path, rows):
    path = tmp_path / "in.jsonl"
    frame.to_json(path, orient="records", lines=True, double_precision=15)

    score(model, JsonLinesReader(path, rows=rows), tmp_path / "p.parquet")

    assert_same(tmp_path / "p.parquet", expected)


@pytest.mark.parametrize("kind", PARQUET_TYPES)
def test_parquet_of_any_types_says_the_same(model, frame, expected, tmp_path, kind):
    typed = {
        "plain": frame,
        "dictionary": frame.astype({"city": "category", "said": "category"}),
        "nullable": frame.astype({"code": "Int32", "age": "Float64", "member": "boolean"}),
    }[kind]
    for name, part in (("a", typed[:100]), ("b", typed[100:])):
        part.to_parquet(tmp_path / f"{name}.parquet", row_group_size=37, index=False)
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]

    score(model, ParquetReader(paths), tmp_path / "p.parquet")

    assert_same(tmp_path / "p.parquet", expected)


def test_a_frame_says_the_same(model, frame, expected, tmp_path):
    score(model, FrameReader(frame), tmp_path / "p.parquet")

    assert_same(tmp_path / "p.parquet", expected)


def test_gzip_is_read_on_the_way(model, frame, expected, tmp_path):
    path = tmp_path / "in.csv.gz"
    path.write_bytes(gzip.compress(csv_of(frame, tmp_path).read_bytes()))

    score(model, CsvReader(path, ",", column_storage(model)), tmp_path / "p.parquet")

    assert_same(tmp_path / "p.parquet", expected)


def test_a_number_late_in_the_file_does_not_change_what_the_others_are(model, frame, tmp_path):
    """pandas would make a text column of the whole: 1.0 and 1 were two categories then."""
    values = pd.concat([frame] * 4, ignore_index=True).astype({"code": object})
    values["code"] = [f"{code}.0" for code in values["code"]]
    values.loc[len(values) - 1, "code"] = "unheard of"
    reader = CsvReader(csv_of(values, tmp_path), ",", column_storage(model), block_bytes=4_000)

    score(model, reader, tmp_path / "p.parquet")

    predictions = pd.read_parquet(tmp_path / "p.parquet")["probability_y"].to_numpy()
    same = predict_table(model, frame)["probability_y"]
    np.testing.assert_allclose(predictions[: len(frame)], same, atol=1e-12)
    np.testing.assert_allclose(predictions[-len(frame) : -1], same[:-1], atol=1e-12)


def test_the_values_are_those_of_every_output_format(model, frame, expected, tmp_path):
    for suffix in ("csv", "jsonl"):
        score(model, FrameReader(frame), tmp_path / f"p.{suffix}")

    csv = pd.read_csv(tmp_path / "p.csv", float_precision="round_trip")
    lines = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    for predictions in (csv, pd.DataFrame(lines)):
        assert list(predictions.columns) == ["prediction", "probability_n", "probability_y"]
        assert predictions["probability_y"].tolist() == expected["probability_y"].tolist()


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("source", ["csv", "jsonl", "parquet"])
def test_what_is_kept_stays_as_it_was(model, frame, tmp_path, source, suffix):
    keep = ["city", "since", "said"]
    if source == "csv":
        reader = CsvReader(csv_of(frame, tmp_path), ",", column_storage(model), block_bytes=3_000)
    elif source == "jsonl":
        frame.to_json(tmp_path / "in.jsonl", orient="records", lines=True)
        reader = JsonLinesReader(tmp_path / "in.jsonl")
    else:
        frame.to_parquet(tmp_path / "in.parquet")
        reader = ParquetReader([tmp_path / "in.parquet"])
    out = tmp_path / f"out.{suffix}"

    score(model, reader, out, keep=keep)

    output = {
        "csv": lambda: pd.read_csv(out, keep_default_na=False),
        "jsonl": lambda: pd.DataFrame(map(json.loads, out.read_text().splitlines())),
        "parquet": lambda: pd.read_parquet(out),
    }[suffix]()
    expected = frame[keep].astype(object)
    if suffix == "csv":  # no spreadsheet may run it
        expected = expected.replace("=1+1", "'=1+1")
    is_missing = output[keep].astype(object).replace("", None)
    assert is_missing.where(is_missing.notna(), None).equals(expected.where(expected.notna(), None))
    assert list(output.columns) == [*keep, "prediction", "probability_n", "probability_y"]


def test_a_part_that_is_done_is_not_done_again(model, frame, tmp_path):
    path, out = tmp_path / "in.parquet", tmp_path / "p.csv"
    frame.to_parquet(path, row_group_size=50)
    rows = []

    def stop_after_some(n_done, _, __):
        rows.append(n_done)
        if len(rows) == 4:
            raise KeyboardInterrupt

    whole = tmp_path / "whole.csv"
    score(model, SmallGroups([path]), whole)
    with pytest.raises(KeyboardInterrupt):
        score(model, SmallGroups([path]), out, on_rows=stop_after_some, part_s=0)
    assert not out.exists()
    with pytest.raises(RunError, match="incomplete: 150 rows"):
        score(model, SmallGroups([path]), out)

    summary = score(model, SmallGroups([path]), out, resume=True)

    assert (summary.n_rows, summary.n_resumed) == (300, 150)
    assert out.read_bytes() == whole.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.parquet", "p.csv", "whole.csv"]


class SmallGroups(ParquetReader):
    """Gives each row group by itself, as a large file's are."""

    def chunks(self, used, passthrough, start):
        for chunk in super().chunks(used, passthrough, start):
            for offset in range(0, chunk.n_rows, 50):
                yield type(chunk)(chunk.batch.slice(offset, 50), used, passthrough)


def half_done(model, tmp_path, reader, out, **options):
    def stop(*_):
        if out.with_name(f".{out.name}.parts").joinpath("manifest.json").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score(model, reader, out, on_rows=stop, part_s=0, **options)


@pytest.mark.parametrize("changed", ["the input", "the model", "the options"])
def test_a_resume_of_something_else_is_refused(model, frame, tmp_path, changed):
    path, out = tmp_path / "in.parquet", tmp_path / "p.parquet"
    frame.to_parquet(path)
    half_done(model, tmp_path, SmallGroups([path]), out, model_digest="sha256:a")
    if changed == "the input":
        frame.assign(age=1.0).to_parquet(path)

    with pytest.raises(RunError) as caught:
        score(
            model,
            SmallGroups([path]),
            out,
            model_digest="sha256:b" if changed == "the model" else "sha256:a",
            keep=["age"] if changed == "the options" else [],
            resume=True,
        )

    assert changed in caught.value.why
    assert "--overwrite" in caught.value.fix


def test_starting_anew_throws_the_parts_away(model, frame, tmp_path):
    path, out = tmp_path / "in.parquet", tmp_path / "p.parquet"
    frame.to_parquet(path)
    half_done(model, tmp_path, SmallGroups([path]), out)

    summary = score(model, SmallGroups([path]), out, overwrite=True)

    assert (summary.n_rows, summary.n_resumed) == (300, 0)


def test_two_processes_do_not_write_one_output(model, frame, tmp_path):
    out = tmp_path / "p.parquet"

    def begin_again(*_):
        score(model, FrameReader(frame), out)

    with pytest.raises(FolderBusy):
        score(model, FrameReader(frame), out, on_rows=begin_again)


BROKEN = {
    "a short row": (b"a,b,c,d\n", "different length", "has 4 fields, the header has 8"),
    "another encoding": (b"\xe5,1,Oslo,1,True,2010-01-11,kind,y\n", "encoded in UTF-8", "0xe5"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_row_in_the_middle_is_named_and_leaves_no_file(model, frame, tmp_path, case):
    row, what, why = BROKEN[case]
    whole = csv_of(frame, tmp_path).read_bytes()
    header, rows = whole.split(b"\n", 1)
    (tmp_path / "in.csv").write_bytes(header + b"\n" + rows + row + rows * 3)

    def predict():
        reader = CsvReader(tmp_path / "in.csv", ",", column_storage(model), block_bytes=3_000)
        score(model, reader, tmp_path / "p.csv", part_s=0)

    with pytest.raises(DataNotReadable) as caught:
        predict()

    assert what in caught.value.what
    assert why in caught.value.why
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_broken_line_of_json_is_named(model, frame, tmp_path):
    path = tmp_path / "in.jsonl"
    frame.to_json(path, orient="records", lines=True)
    path.write_text(path.read_text() + '{"age": 3,}\n')

    with pytest.raises(DataNotReadable, match="Line 301"):
        score(model, JsonLinesReader(path), tmp_path / "p.csv")


def test_parquet_that_is_cut_off_is_named(model, frame, tmp_path):
    frame.to_parquet(tmp_path / "in.parquet")
    (tmp_path / "in.parquet").write_bytes((tmp_path / "in.parquet").read_bytes()[:-40])

    with pytest.raises(DataNotReadable, match="as Parquet"):
        ParquetReader([tmp_path / "in.parquet"])


def test_a_column_that_is_not_there_is_named_with_a_near_miss(model, frame, tmp_path):
    path = csv_of(frame.rename(columns={"said": "Said"}), tmp_path)

    with pytest.raises(DataError) as caught:
        score(model, CsvReader(path, ",", column_storage(model)), tmp_path / "p.csv")

    assert caught.value.fix == "Rename the column 'Said' to 'said'."
    assert not (tmp_path / "p.csv").exists()


def test_a_table_without_rows_is_refused(model, frame, tmp_path):
    with pytest.raises(DataNotReadable, match="no rows"):
        score(
            model,
            CsvReader(csv_of(frame[:0], tmp_path), ",", column_storage(model)),
            tmp_path / "p.csv",
        )

    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_kept_column_cannot_be_called_as_the_predictions_are(model, frame, tmp_path):
    table = frame.assign(prediction="mine")

    with pytest.raises(DataError, match="Can.t keep"):
        score(model, FrameReader(table), tmp_path / "p.csv", keep=["prediction"])


def test_what_is_missing_in_text_is_what_pandas_says():
    from pandas._libs.parsers import STR_NA_VALUES

    from automl_magic.records.data.missing import DEFAULT_MISSING

    assert set(DEFAULT_MISSING) == STR_NA_VALUES


def test_levels_tell_how_a_column_lay_where_no_schema_does(model):
    assert column_storage(model) == {
        "age": "number",
        "paid": "text",
        "city": "text",
        "code": "number",
        "member": "boolean",
        "since": "text",
        "said": "text",
    }


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_an_os_error(model, frame, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError):
        score(model, FrameReader(frame), tmp_path / "p.csv")


def test_a_full_disk_keeps_what_is_done(model, frame, tmp_path):
    """/dev/full stands for the disk: whatever is written there fails."""
    path, out = tmp_path / "in.parquet", tmp_path / "p.parquet"
    frame.to_parquet(path)
    half_done(model, tmp_path, SmallGroups([path]), out)
    parts = out.with_name(f".{out.name}.parts")
    (parts / "whole").symlink_to("/dev/full")

    with pytest.raises(OSError):
        score(model, SmallGroups([path]), out, resume=True)

    assert not out.exists()
    (parts / "whole").unlink()
    assert score(model, SmallGroups([path]), out, resume=True).n_rows == 300


def test_regressions_have_one_column(frame, model, tmp_path):
    from automl_magic.recipe import fit_recipe
    from automl_magic.records import TaskKind

    recipe = dataclasses.replace(
        model.recipe,
        task=TaskKind("regression"),
        classes=(),
        target="age",
        columns={"code": "category"},
        views={"trees": model.recipe.views["trees"][:1]},
        members=(dataclasses.replace(model.recipe.members[0], weight=1.0),),
    )
    table = frame.dropna(subset="age").reset_index(drop=True)
    fitted = fit_recipe(recipe, table)

    score(fitted, FrameReader(table), tmp_path / "p.parquet")

    predictions = pq.read_table(tmp_path / "p.parquet")
    assert predictions.schema.names == ["prediction"]
    assert predictions.schema.field("prediction").type == pa.float64()
    assert predictions["prediction"].to_numpy().tolist() == fitted.predict(table).tolist()
