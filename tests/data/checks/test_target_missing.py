import pandas as pd


def test_rows_without_a_target_are_counted(run_check):
    frame = pd.DataFrame({"x": range(4), "y": ["a", None, "b", "a"]})
    finding = run_check(frame, "AM001", "y")
    assert finding.detail == (
        "1 of 4 rows (25.0%) has no target. Rows without a target are excluded."
    )
    assert finding.evidence == {"n_missing": 1, "share": 0.25}
    assert (finding.severity, finding.drop) == ("warning", ())


def test_missing_features_are_no_matter_of_this_check(run_check):
    frame = pd.DataFrame({"x": [None, 1, 2, 3], "y": ["a", "b", "b", "a"]})
    assert run_check(frame, "AM001", "y") is None
    assert run_check(frame, "AM001") is None
