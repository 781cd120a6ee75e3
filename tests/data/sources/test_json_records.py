import pandas as pd
import pytest

from automl_magic import data


def _load(tmp_path, text, name="t.jsonl"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return data.load(str(path))


def test_nothing_is_guessed(tmp_path):
    frame = _load(
        tmp_path,
        '{"zip": "00501", "2019": 1, "made_at": "2020-01-01", "ok": true}\n'
        '{"zip": "10001", "2019": null, "made_at": "2020-01-02", "ok": null}\n',
    )
    expected = pd.DataFrame(
        {
            "zip": ["00501", "10001"],
            "2019": [1.0, None],
            "made_at": ["2020-01-01", "2020-01-02"],
            "ok": pd.Series([True, None], dtype=object),
        }
    )
    pd.testing.assert_frame_equal(frame, expected)


def test_a_json_file_may_hold_lines(tmp_path):
    frame = _load(tmp_path, '{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n', "t.json")
    assert frame.to_dict("list") == {"a": [1, 3], "b": [2, 4]}


def test_a_key_that_is_not_in_every_record_is_missing_there(tmp_path):
    frame = _load(tmp_path, '{"a": 1, "b": 2}\n{"a": 3, "c": "x"}\n')
    assert frame["c"].isna().tolist() == [True, False]


def test_mixed_values_become_text(tmp_path):
    frame = _load(tmp_path, '{"a": 1, "b": 2}\n{"a": "x", "b": 2}\n{"a": null, "b": 3}\n')
    assert frame["a"].tolist()[:2] == ["1", "x"]
    assert frame["a"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1, "b": 2}\n{"a": 1, "b":\n', "record 2, character"),
        ('{"a": [1, 2], "b": 1}\n', "Column 'a' has lists or objects."),
        ('{"a": 1, "a": 2}\n', "More than one column has the name 'a'."),
        ('{\n "a": 1,\n "b": 2\n}\n', "record 1"),
        ("a,b\n1,2\n", "JSON lines start with '{'"),
        ('{"a": 1e999, "b": 1}\n', "Range error"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(refused, text, why):
    assert why in refused(text.encode(), "t.jsonl").why


def test_an_array_of_plain_values_is_no_table(refused):
    assert refused(b"[1, 2, 3]", "t.json").what.endswith("doesn't contain records.")


def test_an_array_that_breaks_off_is_named_by_line(refused):
    assert "line 2, character" in refused(b'[{"a": 1, "b": 2},\n{"a": 1, ', "t.json").why


def test_deep_nesting_ends_in_an_error(refused):
    refused(b'{"a": ' + b"[" * 200_000 + b"]" * 200_000 + b', "b": 1}\n', "t.jsonl")
