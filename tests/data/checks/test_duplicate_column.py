import pandas as pd


def test_the_first_of_equal_columns_is_kept(run_check):
    frame = pd.DataFrame(
        {"a": [1, 2, 3], "b": [1.0, 2.0, 3.0], "c": [1, 2, 4], "d": [1, 2, 3], "e": ["1", "2", "3"]}
    )
    finding = run_check(frame, "AM004")
    assert finding.drop == ("b", "d")
    assert finding.evidence == {"copy_of": {"b": "a", "d": "a"}}
    assert finding.detail == "Equal in every row: 'b = a', 'd = a'."


def test_missing_values_must_lie_in_the_same_rows(run_check):
    frame = pd.DataFrame({"a": ["x", None, "y"], "b": [None, "x", "y"]})
    assert run_check(frame, "AM004") is None


def test_a_copy_of_the_target_is_left_to_the_leakage_check(run_check):
    assert run_check(pd.DataFrame({"x": [1, 2], "y": [1, 2]}), "AM004", "y") is None


def test_constant_columns_are_left_to_their_own_check(run_check):
    assert run_check(pd.DataFrame({"a": [1, 1], "b": [1, 1], "c": [1, 2]}), "AM004") is None
