import pandas as pd

from automl_magic import data


def test_default_words_are_counted_in_any_column(tmp_path, profiled):
    path = tmp_path / "t.csv"
    path.write_text("city,size,y\n" + "Oslo,1.5,a\nNA,None,b\nLima,2.5,a\n" * 30)
    dataset = profiled(data.load(str(path), count_missing=True), target="y")

    (finding,) = [f for f in dataset.findings if f.code == "AM016"]
    assert finding.severity == "info"
    assert finding.detail == (
        "Text is read as missing: 'city' has 'NA' in 30 rows; 'size' has 'None' in 30 rows."
    )
    assert "--missing 'COLUMN='" in finding.fix
    assert finding.evidence == {"missing": {"city": {"NA": 30}, "size": {"None": 30}}}


def test_a_table_without_such_text_has_no_finding(run_check):
    frame = pd.DataFrame({"x": [1.5, None] * 40, "y": [1, 2] * 40})
    assert run_check(frame, "AM016") is None
