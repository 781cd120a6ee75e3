import pandas as pd


def test_the_rule_is_the_evidence(run_check):
    frame = pd.DataFrame({"price": ["$1,200", " ", "$7.50"] * 40, "y": [1, 2, 3] * 40})
    finding = run_check(frame, "AM011")
    assert finding.evidence == {
        "parse": {"price": {"decimal": ".", "thousands": ","}},
        "n_unread": {"price": 40},
    }
    assert (
        finding.detail
        == "Text in 'price' is read as numbers. 40 values that aren't numbers become missing."
    )


def test_plain_numbers_do_not_hide(run_check):
    assert run_check(pd.DataFrame({"x": [1.5, 2.5], "y": ["a", "b"]}), "AM011") is None
