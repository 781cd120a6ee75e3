"""The experiment file: each mistake is refused with its line, what was written comes back."""

import pytest

from automl_magic.errors import SpecError, UnknownField, WrongType
from automl_magic.files.yaml_text import MAX_BYTES
from automl_magic.planning import parse_spec, read_spec
from automl_magic.records import ExperimentSpec

GOOD = """\
# a comment
data: customers.csv
target: churn
cv:
  folds: 3
features:
  exclude: [no, 2020-01-01, on, 12:30]
  kinds: {zip: category, 007: "number"}
business:
  fairness: {equal_opportunity: 1e-1}
"""


def test_a_file_is_read_as_it_looks():
    assert parse_spec(GOOD, "x.automl.yaml") == ExperimentSpec.from_json(
        {
            "data": "customers.csv",
            "target": "churn",
            "cv": {"folds": 3},
            "features": {
                "exclude": ["no", "2020-01-01", "on", "12:30"],
                "kinds": {"zip": "category", "007": "number"},
            },
            "business": {"fairness": {"equal_opportunity": 0.1}},
        }
    )


@pytest.mark.parametrize(
    ("added", "error", "what", "fix"),
    [
        ("budgets_s: 5", UnknownField, "line 11: unknown field 'budgets_s'.", "Use budget_s."),
        (
            "hpo:\n  trails: 5",
            UnknownField,
            "line 12: unknown field 'trails'.",
            "Use trials.",
        ),
        (
            "zzz: 5",
            UnknownField,
            "line 11: unknown field 'zzz'.",
            "Use one of these, or delete it.",
        ),
        (
            "budget_s: soon",
            WrongType,
            "line 11: budget_s can't be the text 'soon'.",
            "Use a number.",
        ),
        (
            "budget_s: -1",
            WrongType,
            "line 11: budget_s can't be the number -1.0.",
            "Use a number of seconds above 0.",
        ),
        (
            "budget_s: .nan",
            WrongType,
            "line 11: budget_s can't be the number nan.",
            "Use a number of seconds above 0.",
        ),
        ("task: binry", WrongType, "line 11: task can't be the text 'binry'.", "Use binary."),
        (
            "threads: yes",
            WrongType,
            "line 11: threads can't be the text 'yes'.",
            "Use a whole number.",
        ),
        (
            "sensitive:\n  - age\n  - 7",
            WrongType,
            "line 13: sensitive.1 can't be the number 7.",
            "Use text.",
        ),
        (
            "sensitive: age",
            WrongType,
            "line 11: sensitive can't be the text 'age'.",
            "Use a list.",
        ),
        ("target: y", SpecError, "line 11: 'target' is set twice.", "Delete one of the two."),
        (
            "hpo:\n\ttrials: 5",
            SpecError,
            "line 12: the indentation contains a tab.",
            "Replace the tab with spaces.",
        ),
        (
            "a: b: c",
            SpecError,
            "line 11: this isn't valid YAML.",
            "Compare with a file that automl plan writes. Put text with : # ' \" in quotes.",
        ),
        (
            "sensitive: &a [x]",
            SpecError,
            "line 11: anchors and aliases aren't allowed.",
            "Write the value in full. Put text that starts with & or * in quotes.",
        ),
        (
            "task: !!python/object/apply:os.system [id]",
            SpecError,
            "line 11: the tag 'tag:yaml.org,2002:python/object/apply:os.system' isn't allowed.",
            "Remove it. Put text that starts with ! in quotes.",
        ),
        (
            "? [a, b]\n: 1",
            SpecError,
            "line 11: a list or mapping can't be a field name.",
            "Write the name, a colon and the value.",
        ),
        (
            "a: " + "[" * 50 + "]" * 50,
            SpecError,
            "line 11: values are nested too deeply.",
            "Compare with a file that automl plan writes.",
        ),
    ],
)
def test_a_mistake_is_refused_with_its_line(added, error, what, fix):
    with pytest.raises(SpecError) as refused:
        parse_spec(GOOD + added, "x.automl.yaml")

    assert type(refused.value) is error
    assert refused.value.what == f"x.automl.yaml, {what}"
    assert refused.value.fix == fix


def test_the_fields_that_exist_are_named():
    with pytest.raises(UnknownField) as refused:
        parse_spec(GOOD + "hpo: {trails: 5}", "x.automl.yaml")

    assert refused.value.why == "The fields of hpo are sampler, trials, early_stopping."


def test_a_missing_field_is_named():
    with pytest.raises(WrongType) as refused:
        parse_spec("data: x.csv", "x.automl.yaml")

    assert refused.value.what == "x.automl.yaml, line 1: target is missing."
    assert refused.value.fix == "Add target: and its value."


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "just text", "5", "null"])
def test_what_is_not_a_mapping_is_refused(text):
    with pytest.raises(SpecError) as refused:
        parse_spec(text, "x.automl.yaml")

    assert refused.value.what == "x.automl.yaml, line 1: this isn't an experiment file."


def test_two_documents_are_refused():
    with pytest.raises(SpecError) as refused:
        parse_spec(f"{GOOD}---\n{GOOD}", "x.automl.yaml")

    assert refused.value.what == "x.automl.yaml, line 11: this isn't valid YAML."


def test_an_alias_bomb_is_refused_at_once():
    lines = ['a0: &a0 ["lol"]']
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 40)]

    with pytest.raises(SpecError) as refused:
        parse_spec("\n".join(lines), "x.automl.yaml")

    assert refused.value.what == "x.automl.yaml, line 1: anchors and aliases aren't allowed."


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"a: 1\nb: \xff", "x.automl.yaml, line 2: the file isn't UTF-8 text."),
        (b"a: 1\nb: \x00", "x.automl.yaml, line 2: this isn't valid YAML."),
        (b"a" * (MAX_BYTES + 1), "The experiment file 'x.automl.yaml' is too large."),
    ],
)
def test_a_file_that_is_not_text_is_refused(tmp_path, content, what):
    path = tmp_path / "x.automl.yaml"
    path.write_bytes(content)

    with pytest.raises(SpecError) as refused:
        read_spec(path)

    assert refused.value.what == what


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SpecError) as refused:
        read_spec(tmp_path / "x.automl.yaml")

    assert refused.value.what == "Can't read the experiment file 'x.automl.yaml'."
    assert refused.value.why.startswith("No such file or directory")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(SpecError) as refused:
        read_spec(tmp_path)

    assert refused.value.why.startswith("Is a directory")


def test_a_byte_order_mark_is_no_part_of_the_first_field(tmp_path):
    path = tmp_path / "x.automl.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())

    assert read_spec(path).data == "customers.csv"
