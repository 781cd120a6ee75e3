import re

import pandas as pd

from automl_magic import data

PAYLOAD = '<script>alert("x")</script>'


def test_a_report_reads_as_text(customers, profiled):
    text = repr(data.report(profiled(customers, "churn")))
    assert text.startswith("t: 60 rows, 7 columns, ")
    assert "\ncity      category    25.0%         3  Oslo (15), Lima (15), Pune (15)\n" in text
    assert "AM005 info: ID column\n  Different in (nearly) every row: 'customer'." in text
    assert "\n  Do: " in text


def test_nothing_from_the_data_becomes_markup(profiled):
    frame = pd.DataFrame({PAYLOAD: [PAYLOAD, "b"] * 20, "c": [f"{PAYLOAD}{i}" for i in range(40)]})
    html = data.report(profiled(frame, PAYLOAD))._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_table_says_what_its_headers_head(customers, profiled):
    html = data.report(profiled(customers))._repr_html_()
    assert html.count("<caption>") == 1
    assert len(re.findall(r'<th scope="col"', html)) == 6
    assert len(re.findall(r'<th scope="row"', html)) == 7


def test_a_wide_table_is_cut(profiled):
    frame = pd.DataFrame({f"c{i}": [i, i + 1] for i in range(300)})
    assert "… and 100 more columns." in repr(data.report(profiled(frame)))


def test_line_breaks_in_names_do_not_break_the_table(profiled):
    text = repr(data.report(profiled(pd.DataFrame({"a\nb": [1, 2], "\u202eb": [1, 3]}))))
    assert "a\\nb" in text
    assert "\u202e" not in text
