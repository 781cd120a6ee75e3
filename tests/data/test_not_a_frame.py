"""A table in memory that isn't a DataFrame is refused at every door, with what to type."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from automl_magic import flow
from automl_magic.data import reader
from automl_magic.errors import DataNotReadable

VALUES = [
    ([{"a": 1}], "list", "pd.DataFrame(data)"),
    ({"a": [1]}, "dict", "pd.DataFrame(data)"),
    (np.zeros((3, 2)), "numpy.ndarray", "pd.DataFrame(data)"),
    (pd.Series([1, 2]), "pandas.Series", "data.to_frame()"),
    (pa.table({"a": [1]}), "pyarrow.Table", "data.to_pandas()"),
    (None, "NoneType", "Use a pandas DataFrame, a path or SCHEME:NAME."),
]


@pytest.mark.parametrize(("value", "name", "code"), VALUES, ids=[name for _, name, _ in VALUES])
@pytest.mark.parametrize("door", ["plan", "predict"])
def test_a_value_that_is_no_dataframe_is_refused(value, name, code, door, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataNotReadable) as caught:
        flow.plan(value, "a") if door == "plan" else reader(value, {})

    assert caught.value.what == f"The data is of the type {name}, not a DataFrame."
    assert code in caught.value.fix
    assert list(tmp_path.iterdir()) == []
