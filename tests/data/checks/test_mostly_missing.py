import pandas as pd


def test_columns_with_few_values_are_named_but_kept(run_check):
    frame = pd.DataFrame({"cabin": ["C1", "C2", *[None] * 8], "half": [1, 2, 3, 4, 5, *[None] * 5]})
    finding = run_check(frame, "AM009")
    assert finding.evidence == {"share": {"cabin": 0.8}}
    assert finding.drop == ()


def test_blanks_in_a_number_column_are_missing_too(run_check):
    frame = pd.DataFrame({"x": ["1", "2", *[" "] * 8], "y": range(10)})
    assert run_check(frame, "AM009").columns == ("x",)


def test_the_target_and_empty_columns_have_their_own_checks(run_check):
    frame = pd.DataFrame({"x": [None] * 10, "y": ["a", "b", *[None] * 8]})
    assert run_check(frame, "AM009", "y") is None
