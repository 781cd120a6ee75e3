import pandas as pd


def test_an_ambiguous_order_is_reported(run_check):
    frame = pd.DataFrame({"day": ["03/04/2020", "05/06/2021"] * 40, "y": [1, 2] * 40})
    finding = run_check(frame, "AM013")
    assert finding.detail == "No day in 'day' is above 12, so 03/04 is read as March 4."
    assert finding.evidence == {"date_format": {"day": "%m/%d/%Y"}}


def test_one_value_above_twelve_settles_it(run_check):
    frame = pd.DataFrame({"day": ["03/04/2020", "25/06/2021"] * 40, "y": [1, 2] * 40})
    assert run_check(frame, "AM013") is None


def test_other_formats_leave_no_doubt(run_check):
    frame = pd.DataFrame({"day": ["2020-04-03", "2021-06-05"] * 40, "y": [1, 2] * 40})
    assert run_check(frame, "AM013") is None
