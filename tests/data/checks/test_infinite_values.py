import numpy as np
import pandas as pd


def test_infinite_values_are_counted_as_missing(run_check, profiled):
    frame = pd.DataFrame({"x": [1.5, np.inf, -np.inf, 2.5], "y": [1, 2, 3, 4]})
    finding = run_check(frame, "AM010")
    assert finding.detail == (
        "2 values are infinite in 'x'. Infinite values are treated as missing."
    )
    assert finding.evidence == {"n_infinite": {"x": 2}}
    assert profiled(frame).column("x").n_missing == 2


def test_missing_values_are_not_infinite(run_check):
    assert run_check(pd.DataFrame({"x": [1.5, np.nan], "y": [1, 2]}), "AM010") is None
