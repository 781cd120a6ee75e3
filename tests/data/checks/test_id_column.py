import pandas as pd


def test_columns_that_name_rows_are_dropped(run_check):
    frame = pd.DataFrame(
        {"key": [f"k{i}" for i in range(40)], "row": range(40), "x": [i % 7 for i in range(40)]}
    )
    finding = run_check(frame, "AM005")
    assert finding.drop == ("key", "row")
    assert finding.evidence == {"n_unique": {"key": 40, "row": 40}}


def test_a_target_that_counts_is_no_id(run_check):
    frame = pd.DataFrame({"x": [i % 7 for i in range(40)], "y": range(40)})
    assert run_check(frame, "AM005", "y") is None
