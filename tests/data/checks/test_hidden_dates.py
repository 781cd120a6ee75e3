import pandas as pd


def test_the_format_is_the_evidence(run_check):
    frame = pd.DataFrame({"day": ["24.12.2020", "25.12.2020"] * 40, "y": [1, 2] * 40})
    finding = run_check(frame, "AM012")
    assert finding.evidence == {"date_format": {"day": "%d.%m.%Y"}, "n_unread": {"day": 0}}


def test_stored_dates_do_not_hide(run_check):
    frame = pd.DataFrame({"day": pd.date_range("2020", periods=3), "y": [1, 2, 3]})
    assert run_check(frame, "AM012") is None
