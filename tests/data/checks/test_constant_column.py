import pandas as pd


def test_columns_with_one_value_or_none_are_dropped(run_check):
    frame = pd.DataFrame({"one": [7, 7, 7], "none": [None] * 3, "some": ["a", None, "a"]})
    finding = run_check(frame, "AM003")
    assert finding.drop == ("one", "none")
    assert finding.detail.startswith("2 columns have only one value or none: 'one', 'none'.")


def test_the_target_is_not_dropped(run_check):
    assert run_check(pd.DataFrame({"x": [1, 2], "y": [7, 7]}), "AM003", "y") is None
