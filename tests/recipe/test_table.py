"""A table is read from a DataFrame or a mapping, column by column."""

import numpy as np
import pandas as pd
import pytest

from automl_magic.errors import DataError
from automl_magic.recipe import select_columns, take_rows


def test_numbers_and_dates_keep_their_type_and_all_else_is_objects():
    frame = pd.DataFrame(
        {
            "number": [1.5, 2.5],
            "flag": [True, False],
            "day": pd.to_datetime(["2024-01-01", None]),
            "zoned": pd.to_datetime(["2024-01-01T02:00+02:00", None], utc=True),
            "text": ["a", None],
            "nullable": pd.Series([1, None], dtype="Int64"),
        }
    )
    table = select_columns(frame, frame.columns)

    assert {name: values.dtype.kind for name, values in table.items()} == {
        "number": "f",
        "flag": "b",
        "day": "M",
        "zoned": "M",
        "text": "O",
        "nullable": "O",
    }
    assert table["zoned"][0] == np.datetime64("2024-01-01")


def test_integer_categories_stay_exact_beside_a_missing_value():
    codes = pd.Series([2**60 + 1, None, 2**60 + 2], dtype="Int64").astype("category")

    (values,) = select_columns(pd.DataFrame({"code": codes}), ["code"]).values()

    assert [values[0], values[2]] == [2**60 + 1, 2**60 + 2]
    assert pd.isna(values[1])


def test_lists_are_columns_too():
    table = select_columns({"x": [1, "a", [2]]}, ["x"])
    assert table["x"].tolist() == [1, "a", [2]]


def test_only_the_named_columns_are_read():
    assert list(select_columns({"x": [1], "y": [2]}, ["y"])) == ["y"]


def test_rows_are_taken_by_position():
    table = take_rows({"x": np.array([10, 20, 30])}, np.array([2, 0]))
    assert table["x"].tolist() == [30, 10]


def test_a_column_that_is_not_there_is_an_error():
    with pytest.raises(DataError) as caught:
        select_columns({"age": [1], "city": ["a"]}, ["zip"])
    assert caught.value.what == "The table has no column 'zip'."
    assert caught.value.why == "The table has 2 columns: age, city."
    assert caught.value.fix == "Add all columns that the model was trained on."
