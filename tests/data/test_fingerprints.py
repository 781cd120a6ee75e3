import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_magic.data import fingerprint

JSON = {
    "lines": True,
    "dtype": False,
    "convert_axes": False,
    "convert_dates": False,
    "precise_float": True,
}


def _by_file(frame):
    parquet = io.BytesIO()
    frame.to_parquet(parquet)
    text = frame.to_csv(index=False)
    lines = frame.to_json(orient="records", lines=True, double_precision=15)
    return {
        "memory": fingerprint(frame),
        "csv": fingerprint(
            pd.read_csv(io.StringIO(text), float_precision="round_trip", low_memory=False)
        ),
        "parquet": fingerprint(pd.read_parquet(parquet)),
        "jsonl": fingerprint(pd.read_json(io.StringIO(lines), **JSON)),
    }


def test_a_fingerprint_does_not_depend_on_the_file_format(customers):
    assert len(set(_by_file(customers).values())) == 1


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.none() | st.integers(-(2**40), 2**40),
            st.none() | st.integers(-(10**6), 10**6).map(lambda n: n / 64),
            st.none() | st.booleans(),
            st.none()
            | st.text(st.characters(categories=["L"]), min_size=3, max_size=8).map("é".__add__),
            st.none() | st.dates().filter(lambda d: d.year > 1000).map(str),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_it_holds_for_any_mix_of_values_and_missing_ones(rows):
    frame = pd.DataFrame(rows, columns=["int", "float", "bool", "text", "date"])
    assert len(set(_by_file(frame).values())) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (pd.Series([1, 2]), pd.Series([1.0, 2.0])),
        (pd.Series([1, 2], dtype="Int64"), pd.Series([1, 2])),
        (pd.Series([0.0, 1.0]), pd.Series([-0.0, 1.0])),
        (pd.Series(["a", "b"], dtype="category"), pd.Series(["a", "b"])),
        (pd.Series(["a", None]), pd.Series(["a", np.nan], dtype=object)),
        (pd.Series(["a", ""]), pd.Series(["a", None])),
        (pd.Series(pd.to_datetime(["2020-01-01", None])), pd.Series(["2020-01-01", None])),
        (pd.Series(pd.to_datetime(["2020-01-01 10:00"])), pd.Series(["2020-01-01T10:00:00"])),
        (pd.Series([True, False]), pd.Series([True, False], dtype="boolean")),
        (pd.Series([None, None]), pd.Series([np.nan, np.nan])),
    ],
)
def test_storage_does_not_count(first, second):
    assert fingerprint(pd.DataFrame({"x": first})) == fingerprint(pd.DataFrame({"x": second}))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"x": [1, 2]}, {"x": [2, 1]}),
        ({"x": [1, 2]}, {"y": [1, 2]}),
        ({"x": [1, 2], "y": [3, 4]}, {"y": [3, 4], "x": [1, 2]}),
        ({"x": ["ab", "c"]}, {"x": ["a", "bc"]}),
        ({"x": ["a", None]}, {"x": [None, "a"]}),
        ({"x": ["1", "2"]}, {"x": [1, 2]}),
        ({"x": [1, 0]}, {"x": [True, False]}),
        ({"x": [2**60, 1]}, {"x": [2**60 + 1, 1]}),
        ({"x": [0.1 + 0.2]}, {"x": [0.3]}),
        ({"x": [1.0]}, {"x": [1.0, None]}),
        ({"x": [None]}, {"x": [None, None]}),
        ({"x": ["2020-01-01"]}, {"x": ["2020-01-01Z"]}),
    ],
)
def test_content_counts(first, second):
    assert fingerprint(pd.DataFrame(first)) != fingerprint(pd.DataFrame(second))


def test_row_groups_do_not_count(tmp_path, customers):
    table = pa.Table.from_pandas(pd.concat([customers] * 20, ignore_index=True))
    pq.write_table(table, tmp_path / "one.parquet")
    pq.write_table(table, tmp_path / "many.parquet", row_group_size=37)
    single, many = (pd.read_parquet(tmp_path / name) for name in ("one.parquet", "many.parquet"))
    assert fingerprint(single) == fingerprint(many) == fingerprint(many.iloc[::1])


def test_the_index_does_not_count(customers):
    assert fingerprint(customers) == fingerprint(customers.set_index(customers["age"] * 3))


def test_lone_surrogates_and_zero_characters_have_a_fingerprint():
    frame = pd.DataFrame({"a\x00b": pd.Series(["\ud800", "x\x00y", None], dtype=object)})
    assert fingerprint(frame).startswith("sha256:")
