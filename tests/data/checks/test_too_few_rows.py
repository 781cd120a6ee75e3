import pandas as pd
import pytest


@pytest.mark.parametrize(
    ("n_rows", "severity"), [(9, "error"), (10, "warning"), (199, "warning"), (200, None)]
)
def test_short_tables_are_called_so(n_rows, severity, run_check):
    finding = run_check(pd.DataFrame({"x": range(n_rows), "y": range(n_rows)}), "AM008")
    assert (None if finding is None else finding.severity) == severity


def test_the_sentence_says_what_it_means(run_check):
    finding = run_check(pd.DataFrame({"x": range(40), "y": range(40)}), "AM008")
    assert finding.detail == "The table has 40 rows. Scores are uncertain."
    assert "Collect more rows, at least 200." in finding.fix
