import pandas as pd
import pytest

from automl_magic import data
from automl_magic.recipe.values import as_text
from automl_magic.records.data.missing import DEFAULT_MISSING, MissingWords

TABLE = pd.DataFrame(
    {
        "city": ["NA", "", "Oslo", "None", None, "-", "NA"],
        "paid": ["1.5", "?", "-999", "3", "NA", "", "2"],
        "age": [31.0, -999.0, 40.5, None, 20.0, 50.0, 1.0],
        "y": ["a", "b", "a", "b", "a", "b", "a"],
    }
)
RULES = {
    "default": MissingWords(),
    "blank only": MissingWords(all=("",)),
    "some": MissingWords(all=("NA", "-")),
    "by column": MissingWords(columns={"paid": ("?", "NA", "-999"), "age": ("-999",)}),
    "more than default": MissingWords(columns={"paid": (*DEFAULT_MISSING, "?")}),
}
# The whole matrix is in the long tests.
FORMATS_AND_RULES = [
    pytest.param(name, rule, id=f"{name}-{title}", marks=() if is_quick else pytest.mark.long)
    for name in ("t.csv", "t.jsonl", "t.json", "t.parquet")
    for title, rule in RULES.items()
    for is_quick in [
        (name, title)
        in {
            ("t.csv", "default"),
            ("t.csv", "by column"),
            ("t.csv", "blank only"),
            ("t.jsonl", "by column"),
            ("t.json", "some"),
            ("t.parquet", "by column"),
        }
    ]
]


def _write(path):
    if path.suffix == ".parquet":
        TABLE.to_parquet(path)
    elif ".json" in path.name:
        TABLE.to_json(path, orient="records", lines="jsonl" in path.name)
    else:
        TABLE.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")
    return str(path)


def _texts(column):
    """Return values as text, so that "1.5" in JSON is 1.5 in CSV. None if missing."""
    return [
        None if pd.isna(value) else str(float(value)) if _is_number(value) else str(value)
        for value in column
    ]


def _is_number(value):
    try:
        float(value)
    except ValueError:
        return False
    return True


def _expected(column, rule):
    words = rule.words(column)
    return [None if text in words else text for text in _texts(TABLE[column])]


@pytest.mark.parametrize(("name", "rule"), FORMATS_AND_RULES)
def test_only_the_words_of_the_rule_are_missing_and_counted_whatever_the_format(
    name, rule, tmp_path
):
    frame = data.load(_write(tmp_path / name), missing=rule, count_missing=True)

    for column in TABLE:
        assert _texts(frame[column]) == _expected(column, rule)
    expected = {}
    for column in TABLE:
        texts = [text for text in _texts(TABLE[column]) if text in rule.words(column) and text]
        spelled = [str(int(float(text))) if _is_number(text) else text for text in texts]
        if spelled:
            expected[column] = {word: spelled.count(word) for word in spelled}
    counts = {
        column: {
            str(int(float(word))) if _is_number(word) else word: n for word, n in words.items()
        }
        for column, words in data.missing_counts(frame).items()
    }
    assert counts == expected


@pytest.mark.parametrize(("name", "rule"), FORMATS_AND_RULES)
def test_batch_prediction_reads_the_missing_values_of_training(name, rule, tmp_path):
    source = _write(tmp_path / name)
    stored_as = {"city": "text", "paid": "text", "age": "number", "y": "text"}

    (chunk,) = data.reader(source, stored_as, rule).chunks(list(TABLE), [], 0)

    for column, values in chunk.table().items():
        assert _texts(pd.Series(as_text(values))) == _expected(column, rule)


def test_a_frame_is_predicted_with_the_missing_values_of_its_file():
    rule = RULES["by column"]

    (chunk,) = data.reader(TABLE, {}, rule).chunks(list(TABLE), [], 0)

    for column, values in chunk.table().items():
        assert _texts(values) == _expected(column, rule)


def test_a_table_tells_by_which_rule_it_was_read_and_keeps_it_through_a_selection(tmp_path):
    rule = RULES["some"]
    frame = data.load(_write(tmp_path / "t.csv"), missing=rule)

    dataset = data.profile(
        frame[frame["y"] == "a"].reset_index(drop=True),
        name="t", source="t.csv", read=data.read_call(frame),
    )  # fmt: skip

    assert dataset.missing == rule


def test_a_loaded_table_can_be_saved_as_parquet_by_pandas(tmp_path):
    frame = data.load(_write(tmp_path / "t.csv"))

    frame.to_parquet(tmp_path / "copy.parquet")

    assert data.read_call(data.load(str(tmp_path / "copy.parquet")))["format"] == "parquet"
