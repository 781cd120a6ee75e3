import numpy as np
import pandas as pd


def test_infinite_values_are_counted_as_missing(found, profiled):
    frame = pd.DataFrame({"x": [1.5, np.inf, -np.inf, 2.5], "y": [1, 2, 3, 4]})
    finding = found(frame, "AM010")
    assert finding.detail == (
        "2 values are infinite in 'x'. Infinite values are treated as missing."
    )
    assert finding.evidence == {"n_infinite": {"x": 2}}
    assert profiled(frame).column("x").n_missing == 2


def test_missing_values_are_not_infinite(found):
    assert found(pd.DataFrame({"x": [1.5, np.nan], "y": [1, 2]}), "AM010") is None
