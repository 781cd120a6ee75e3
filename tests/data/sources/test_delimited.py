import gzip

import pytest

from automl_magic import data
from automl_magic.batch.separators import sniff_separator


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b\n1,2\n3,4\n", ","),
        ("a;b\n1,5;2\n3,5;4\n", ";"),
        ("a\tb\nx, y\t2\nz, w, v\t4\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ('text;label\n"one; two, three, four";1\n"a, b";0\n', ";"),
        ('a,b\n"x;y;z",1\n"x;y;z",2\n', ","),
        ("only\n1\n2\n", ","),
        ("", ","),
    ],
)
def test_the_separator_is_the_one_the_records_agree_on(text, separator):
    assert sniff_separator(text, is_complete=True) == separator


def test_a_record_cut_by_the_end_of_the_head_does_not_count():
    assert sniff_separator("a;b;c\n1;2;3\n4;5") == ";"


def test_quoted_line_breaks_stay_in_their_field(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('note,y\n"two\nlines",1\nplain,0\n')
    assert data.load(str(path)).to_dict("list") == {"note": ["two\nlines", "plain"], "y": [1, 0]}


def test_floats_are_read_to_the_last_digit(tmp_path):
    path = tmp_path / "t.csv"
    values = [0.1 + 0.2, 1 / 3, 2.2250738585072014e-308, 123456789.12345678]
    path.write_text("x,y\n" + "".join(f"{value!r},1\n" for value in values))
    assert data.load(str(path))["x"].tolist() == values


def test_rows_of_another_length_are_named_by_line(refused):
    long = refused(b"a,b\n1,2\n3,4,5\n")
    assert long.why == "Line 3 has 3 fields, but the header has 2."
    short = refused(b'a,b\n"x\ny",2\n3\n')
    assert short.why == "Line 4 has 1 fields, but the header has 2."
    assert short.fix == "Check that line: sed -n 4p table.csv"


def test_rows_that_are_all_longer_than_the_header_are_not_shifted(refused):
    assert refused(b"a,b\n1,2,3\n4,5,6\n").why == "Line 2 has 3 fields, but the header has 2."


def test_a_repeated_column_name_is_refused_as_the_file_has_it(refused):
    error = refused(b"a,b,a\n1,2,3\n4,5,6\n")
    assert error.why == "More than one column has the name 'a'."
    assert "'a_2'" in error.fix


def test_an_unclosed_quote_is_refused(refused):
    error = refused(b'a,b\n1,"2\n3,4\n5,6\n')
    assert "rows of different lengths" in error.what or "valid table" in error.what


def test_a_byte_that_no_encoding_has_is_named_and_cured_by_a_command(refused):
    error = refused(b"name,y\nJos\xe9,1\n\x81,0\n")
    assert "Windows-1252 has no character 0x81" in error.why
    assert error.fix.endswith("iconv -f gb18030 -t utf-8 table.csv > table-utf8.csv")


def test_a_wrong_byte_far_after_the_first_letter_is_found_in_its_place(refused):
    start = "x,y\né,ok\n".encode("cp1252")
    rows = b"".join(b"%d,ok\n" % i for i in range(60_000))
    error = refused(start + rows + b"1,\x81\n")
    assert f"Byte {len(start) + len(rows) + 2:,} is 0x81" in error.why


def test_compressed_text_in_another_encoding_gets_a_pipe(refused):
    error = refused(gzip.compress(b"a,b\n\x81,1\n"), "t.csv.gz")
    assert "gzip -dc t.csv.gz | iconv -f gb18030 -t utf-8 > t-utf8.csv" in error.fix


def test_hostile_names_and_values_survive(tmp_path):
    import csv

    names = [
        '"]; import os',
        "a\nb",
        "$x^$",
        "=cmd()",
        "x" * 10_000,
        "\u202eabc",
        "😀",
        "__class__",
    ]
    path = tmp_path / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, names, names[::-1]])
    frame = data.load(str(path))
    assert frame.columns.tolist() == names
    assert frame.iloc[0].tolist() == names


def test_codes_with_leading_zeros_are_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("depot,gap,n,hour\n01228,007,1,0\n11228,,20,10\n21228,107,300,23\n")

    frame = data.load(str(path))

    assert frame["depot"].tolist() == ["01228", "11228", "21228"]
    assert frame["gap"].tolist()[::2] == ["007", "107"]
    assert frame["gap"].isna().tolist() == [False, True, False]
    assert [frame[name].dtype.kind for name in ("n", "hour")] == ["i", "i"]
    assert data.read_call(frame)["options"]["dtype"] == {"depot": "str", "gap": "str"}
