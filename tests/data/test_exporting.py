import numpy as np
import pandas as pd
import pytest

from automl_magic.data import export
from automl_magic.errors import DataError

HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)", "\tx", "\rx", "-2e3x"]
HARMLESS = ["a", "-", "+", "-1", "+3.5", "-1e-3", "", ">50K", "'=1", None]


@pytest.mark.parametrize("name", ["p.parquet", "p.jsonl"])
def test_values_stay_as_they_are_where_no_spreadsheet_opens_them(name, tmp_path):
    columns = {"prediction": [*HOSTILE, *HARMLESS], "p_yes": np.arange(17) / 3}
    export(columns, tmp_path / name)
    path = tmp_path / name
    read = (
        pd.read_parquet(path)
        if name == "p.parquet"
        else pd.read_json(path, lines=True, dtype=False, precise_float=True)
    )
    expected = pd.DataFrame(columns)
    pd.testing.assert_frame_equal(read, expected, rtol=1e-14)


def test_no_cell_of_a_csv_is_a_formula(tmp_path):
    export({"=cmd()": [*HOSTILE, *HARMLESS], "n": [-1.5] * 17}, tmp_path / "p.csv")
    read = pd.read_csv(tmp_path / "p.csv", keep_default_na=False)
    assert read.columns.tolist() == ["'=cmd()", "n"]
    assert read["'=cmd()"].tolist() == [f"'{value}" for value in HOSTILE] + [*HARMLESS[:-1], ""]
    assert read["n"].tolist() == [-1.5] * 17


def test_floats_keep_all_their_digits(tmp_path):
    values = np.array([1 / 3, 0.1 + 0.2, 1e-300])
    export({"p": values}, tmp_path / "p.csv")
    read = pd.read_csv(tmp_path / "p.csv", float_precision="round_trip")["p"]
    np.testing.assert_array_equal(read, values)


def test_another_ending_is_refused_with_a_near_miss(tmp_path):
    with pytest.raises(DataError) as caught:
        export({"p": [1]}, tmp_path / "p.parqet")
    assert caught.value.fix == "Use p.parquet."


def test_nothing_is_left_behind_where_it_cannot_be_written(tmp_path):
    (tmp_path / "p.csv").mkdir()
    with pytest.raises(OSError):
        export({"p": [1]}, tmp_path / "p.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["p.csv"]
