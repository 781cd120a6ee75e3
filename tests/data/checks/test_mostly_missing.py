import pandas as pd


def test_columns_with_few_values_are_named_but_kept(found):
    frame = pd.DataFrame({"cabin": ["C1", "C2", *[None] * 8], "half": [1, 2, 3, 4, 5, *[None] * 5]})
    finding = found(frame, "AM009")
    assert finding.evidence == {"share": {"cabin": 0.8}}
    assert finding.drop == ()


def test_blanks_in_a_number_column_are_missing_too(found):
    frame = pd.DataFrame({"x": ["1", "2", *[" "] * 8], "y": range(10)})
    assert found(frame, "AM009").columns == ("x",)


def test_the_target_and_empty_columns_have_their_own_checks(found):
    frame = pd.DataFrame({"x": [None] * 10, "y": ["a", "b", *[None] * 8]})
    assert found(frame, "AM009", "y") is None
