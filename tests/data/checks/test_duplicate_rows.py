import pandas as pd
import pytest


@pytest.mark.parametrize(("n_copies", "severity"), [(1, "info"), (20, "warning")])
def test_copies_of_earlier_rows_are_counted(n_copies, severity, run_check):
    frame = pd.DataFrame({"x": [*range(500)], "y": [None if i % 2 else "a" for i in range(500)]})
    finding = run_check(pd.concat([frame, frame[:n_copies]]), "AM007")
    assert (finding.evidence["n_copies"], finding.severity) == (n_copies, severity)


def test_rows_that_differ_in_one_column_are_no_copies(run_check):
    frame = pd.DataFrame({"x": [1, 1, 1], "y": ["a", "b", None]})
    assert run_check(frame, "AM007") is None
