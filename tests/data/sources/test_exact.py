"""Integers beyond 2**53 stay what they are, whatever the format and with missing values."""

import contextlib
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from automl_magic import data
from automl_magic.render.slots import fill

CODES = {
    "int64": [1234567890123456789, 1234567890123456788, -(2**63)],
    "uint64": [2**64 - 1, 2**64 - 2, 5],
    "mixed signs": [2**64 - 1, -5, 7],
    "24 digits": [123456789012345678901234, 123456789012345678901235, 8],
}


def _write(codes, name, folder):
    path = folder / name
    records = [{"code": code, "x": i / 2} for i, code in enumerate(codes)]
    if name == "t.csv":
        rows = [f"{'' if r['code'] is None else r['code']},{r['x']}" for r in records]
        path.write_text("\n".join(["code,x", *rows, ""]))
    elif name == "t.parquet":
        largest = max(abs(code) for code in codes if code is not None)
        kind = pa.decimal128(38) if largest >= 2**63 else pa.int64()
        pq.write_table(
            pa.Table.from_pylist(records, pa.schema({"code": kind, "x": pa.float64()})), path
        )
    elif name == "t.jsonl":
        path.write_text("\n".join(map(json.dumps, records)))
    else:
        path.write_text(json.dumps(records))
    return str(path)


def _texts(values):
    return [None if pd.isna(value) else str(value) for value in values]


@pytest.mark.parametrize(
    "has_blanks", [pytest.param(False, marks=pytest.mark.long), True], ids=["filled", "with blanks"]
)
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("int64", "t.csv"),
        ("mixed signs", "t.csv"),
        ("24 digits", "t.parquet"),
        ("int64", "t.parquet"),
        ("int64", "t.jsonl"),
        pytest.param("int64", "t.json", marks=pytest.mark.long),
        *(
            pytest.param(kind, name, marks=pytest.mark.long)
            for kind in CODES
            for name in ("t.csv", "t.parquet")
        ),
    ],
)
def test_a_large_integer_is_loaded_to_the_last_digit(kind, name, has_blanks, tmp_path):
    codes = [*CODES[kind], *([None] if has_blanks else [])]
    path = _write(codes, name, tmp_path)

    frame = data.load(path)
    stored_as = {"code": "text", "x": "number"}
    (chunk,) = data.reader(path, stored_as).chunks(["code"], [], 0)
    dataset = data.profile(frame, name="t", source=path, read=data.read_call(frame))
    code = data.load_code(dataset)
    names = {"data_path": path}
    with contextlib.chdir(tmp_path):
        exec(fill(code.text, code.values), names)

    expected = _texts(codes)
    assert _texts(frame["code"]) == expected
    assert _texts(names["table"]["code"]) == expected
    values = chunk.table()["code"]
    values = values.distinct[values.codes] if hasattr(values, "codes") else values
    filled = _texts(values)[: len(CODES[kind])]
    assert filled == expected[: len(CODES[kind])]


def test_small_integers_and_large_floats_stay_numbers(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,c\n1,1e300,1\n,2.5,2\n3,12345678901234567890.5,3\n")

    assert data.load(str(path)).dtypes.astype(str).to_dict() == {
        "a": "float64", "b": "float64", "c": "int64",
    }  # fmt: skip


def test_a_word_among_integers_in_json_leaves_numbers(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text('{"x": 1, "y": 1}\n{"x": "NA", "y": ""}\n{"x": 3, "y": 2}\n')

    frame = data.load(str(path))

    assert frame.dtypes.astype(str).to_dict() == {"x": "float64", "y": "float64"}
    assert data.missing_counts(frame) == {"x": {"NA": 1}}


def test_codes_keep_their_zeros_as_in_other_formats(tmp_path):
    table = pd.DataFrame(
        {
            "depot": ["01228", "20", "00045", None],
            "hour": ["07", "08", "23", "11"],
            "n": [1, 20, 0, 100],
            "share": [0.5, 0.25, 1, None],
            "day": ["2024-01-05", "2024-02-06", "2024-03-07", "2024-04-08"],
        }
    )
    table.to_csv(tmp_path / "t.csv", index=False)
    table.to_parquet(tmp_path / "t.parquet")

    frames = [data.load(str(tmp_path / name)) for name in ("t.csv", "t.parquet")]

    pd.testing.assert_frame_equal(frames[0], frames[1])
    assert data.read_call(frames[0])["options"]["dtype"] == {"depot": "str", "hour": "str"}
