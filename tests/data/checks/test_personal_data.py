import pandas as pd

MAILS = [f"person{i % 20}@example.org" for i in range(40)]


def test_columns_that_look_personal_are_named_with_their_kind_and_without_a_value(run_check):
    frame = pd.DataFrame({"contact": MAILS, "x": [i % 7 for i in range(40)]})

    finding = run_check(frame, "AM015")

    assert finding.severity == "info"
    assert finding.evidence == {"kinds": {"contact": "email"}}
    assert "'contact'" in finding.detail
    assert "--include COLUMN" in finding.fix
    assert "person" not in str(finding.to_json()).replace("personal", "")


def test_a_target_that_looks_personal_is_a_warning(run_check):
    frame = pd.DataFrame({"x": [i % 7 for i in range(40)], "who": MAILS})

    finding = run_check(frame, "AM015", "who")

    assert finding.severity == "warning"
    assert "every prediction" in finding.detail
    assert "--include" not in finding.fix


def test_ordinary_columns_are_no_finding(run_check):
    frame = pd.DataFrame({"x": [i % 7 for i in range(40)], "city": ["Oslo", "Lima"] * 20})

    assert run_check(frame, "AM015") is None
