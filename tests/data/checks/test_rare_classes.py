import pandas as pd


def _table(counts):
    target = [label for label, n in counts.items() for _ in range(n)]
    return pd.DataFrame({"x": range(len(target)), "y": target})


def test_small_classes_are_named_with_their_rows(run_check):
    finding = run_check(_table({"no": 970, "yes": 30}), "AM006", "y")
    assert finding.detail == "Classes with few rows: 'yes'. 'yes' has 30 of 1,000 rows."
    assert finding.evidence == {"counts": {"yes": 30}}


def test_numbers_can_be_classes(run_check):
    assert run_check(_table({-1: 300, 1: 8}), "AM006", "y").evidence == {"counts": {"1": 8}}


def test_even_classes_are_not_rare_however_many(run_check):
    assert run_check(_table({f"c{i}": 40 for i in range(50)}), "AM006", "y") is None


def test_values_of_a_regression_are_no_classes(run_check):
    frame = pd.DataFrame({"x": range(300), "y": [i / 7 for i in range(300)]})
    assert run_check(frame, "AM006", "y") is None
    assert run_check(frame, "AM006") is None
