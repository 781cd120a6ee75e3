"""Wrong tables, wrong options, wrong experiment files: three lines, an exit code, nothing written.

Each case is typed as a person would type it. What is compared: the exit code, the three parts on
standard error, the same three as JSON, and the whole place before and after.
"""

from __future__ import annotations

import os
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

BINARY = "ny"


def rows(line, n=60, header="a,b,y"):
    return "\n".join([header, *(line(i) for i in range(n))]) + "\n"


def garbage(seed):
    """Return bytes that are no text, but hold no zero byte either."""
    return bytes(byte or 1 for byte in random.Random(seed).randbytes(4000))


def bomb(path):
    """Write less than 400 bytes that claim sixty million rows."""
    n = 60_000_000
    options = {"row_group_size": n, "max_rows_per_page": n, "data_page_size": 1 << 30}
    pq.write_table(
        pa.table({"a": pa.nulls(n), "y": pa.nulls(n)}),
        path,
        compression="zstd",
        store_schema=False,
        write_statistics=False,
        write_batch_size=1 << 26,
        **options,
    )
    assert path.stat().st_size < 400


WIDE = 50_000
TABLES = {
    "table.csv": rows(lambda i: f"{i},{i * 7 % 13},{BINARY[i % 3 == 0]}"),
    "number.csv": rows(lambda i: f"{i},{i * 7 % 13},{i * 1.5}"),
    "empty.csv": "",
    "blank.csv": "\n\n \n",
    "header.csv": "a,b,y\n",
    "one.csv": rows(lambda i: BINARY[i % 2], header="y"),
    "garbage.csv": garbage(1),
    "zeros.csv": b"a,b\n\0\0\0\1" * 300,
    "garbage.parquet": garbage(2),
    "cut.parquet": b"PAR1" + garbage(3) + b"PAR1",
    "wide.csv": "\n".join([",".join(f"c{i}" for i in range(WIDE)), *[",".join("1" * WIDE)] * 2]),
    "constant.csv": rows(lambda i: f"{i},{i % 5},same"),
    "missing.csv": rows(lambda i: f"{i},{i % 5},"),
    "unique.csv": rows(lambda i: f"{i},{i % 5},name {i}"),
    "four.csv": rows(lambda i: f"{i},{i % 5},{BINARY[i % 2]}", n=4),
    "twice.csv": rows(lambda i: f"{i},{i % 5},{BINARY[i % 2]}", header="a,a,y"),
    "ragged.csv": rows(lambda i: f"{i},{i % 5},{BINARY[i % 2]}{',more' * (i == 40)}"),
    "infinite.csv": rows(lambda i: f"{'inf' if i % 9 == 0 else i},{i % 5},{BINARY[i % 3 == 0]}"),
    "infinite_target.csv": rows(lambda i: f"{i},{i % 5},{'inf' if i % 9 == 0 else i * 1.5}"),
    "broken.jsonl": '{"a": 1, "y": "n"}\n{"a": 2, "y": \n',
    "nested.jsonl": '{"a": [1, 2], "y": "n"}\n' * 30,
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    for name, content in TABLES.items():
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    bomb(folder / "bomb.parquet")
    (folder / "folder.csv").mkdir()
    return folder


@pytest.fixture
def with_table(place, tables):
    """Return a function that puts one of the tables into the place."""

    def put(name):
        source = tables / name
        if name == "folder.csv":
            (place.work / name).mkdir()
        elif name in (*TABLES, "bomb.parquet"):
            os.link(source, place.work / name)
        return place

    return put


# What is typed after `automl plan`, and a part of what happened, why, and what to do.
BAD_TABLES = [
    ("tabel.csv", "There's no file", "'table.csv'", "table.csv."),
    ("nowhere/table.csv", "There's no file", "no folder", "sklearn:breast_cancer"),
    ("folder.csv", "is a folder", "no supported tables", "Use a file"),
    (".", "is a folder", "It contains 'table.csv'", "Use one of its files"),
    ("/dev/zero", "isn't a regular file", "can't be read twice", "> table.csv"),
    ("empty.csv", "is empty", "0 bytes", "Use a file with a header"),
    ("blank.csv", "is empty", "contains no table", "Use a file with a header"),
    ("header.csv", "has no rows", "3 column names", "Use a file with rows"),
    ("one.csv", "too few columns", "at least one feature", "Add a column"),
    ("garbage.csv", "The encoding of", "are read", "iconv"),
    ("zeros.csv", "isn't a text file", "is zero", ".csv or .parquet"),
    ("garbage.parquet", "isn't a Parquet file", "starts with", "rename it to .csv"),
    ("cut.parquet", "as Parquet", "", "save it again"),
    ("wide.csv", "too many columns", "50,000", "Remove columns"),
    ("bomb.parquet", "too many rows", "60,000,000", "sample"),
    ("constant.csv", "only one value", "'same'", "another column"),
    ("missing.csv", "has no values", "all 60 rows", "another column"),
    ("unique.csv", "different in every row", "60 distinct", "another column"),
    ("four.csv", "few rows", "4 rows", "Collect more"),
    ("four.csv --folds 10", "Can't make 10 folds", "There are 4", "--folds 4"),
    ("twice.csv", "duplicate column names", "'a'", "its own name"),
    ("ragged.csv", "rows of different lengths", "Line 42 has 4 fields", "sed -n 42p"),
    ("infinite_target.csv", "has infinite values", "7 of 60 rows", "Remove these rows"),
    ("broken.jsonl", "valid JSON records", "record 2", "jq"),
    ("nested.jsonl", "nested column", "'a'", "Remove it"),
    ("sklearn:iriss", "'iriss' isn't a dataset", "breast_cancer", "sklearn:iris"),
    ("https://example.org/t.csv", "is a URL", "local files", "curl -LO"),
]


@pytest.mark.parametrize("case", BAD_TABLES, ids=lambda case: case[0])
def test_a_table_that_cannot_be_used_is_refused(case, with_table, refused):
    typed, *expected = case
    place = with_table(typed.split()[0])
    if typed in ("tabel.csv", "."):
        with_table("table.csv")

    parts = refused(place, "plan", *typed.split(), "--target", "y")

    assert [part for part, found in zip(expected, parts, strict=True) if part not in found] == [], (
        parts
    )


BAD_OPTIONS = [
    ("--target yy", "no column 'yy'", "a, b, y", "--target 'y'"),
    ("--target nothing", "no column 'nothing'", "a, b, y", "one of these names"),
    ("--target=", "no column ''", "a, b, y", "one of these names"),
    ("--target y --budget 0", "--budget can't be 0", "above 0", "another value"),
    ("--target y --budget 1s", "1 s budget is too short", "minimum is 5 s", "--budget 5s"),
    ("--target y --budget -5", "--budget can't be -5", "above 0", "another value"),
    ("--target y --budget 99999999h", "--budget can't be", "30 days", "another value"),
    ("--target y --metric acuracy", "no metric 'acuracy'", "roc_auc", "--metric accuracy"),
    ("--target y --metric r2", "can't score a binary task", "regression", "--metric roc_auc"),
    ("--target y --task regression", "isn't numeric", "text (2 distinct)", "--task binary"),
    ("--target y --folds 1", "--folds can't be 1", "2 to 50", "another value"),
    ("--target y --holdout 0.9", "--holdout can't be 0.9", "0 and 0.5", "another value"),
    ("--target y --holdout nan", "--holdout can't be nan", "0 and 0.5", "another value"),
    ("--target y --seed -1", "--seed can't be -1", "from 0", "another value"),
    ("--target y --seed 99999999999", "--seed can't be", "2,147,483,647", "another value"),
    ("--target y --threads 0", "--threads can't be 0", "1 to 1,024", "another value"),
    ("--target y --threads 9999", "--threads can't be 9999", "1 to 1,024", "another value"),
    ("--target y --trials 0", "--trials can't be 0", "at least 1", "another value"),
    ("--target y --sampler bayes", "'bayes' isn't a sampler", "random", "tpe"),
    ("--target y --candidates lightgbn", "no candidate 'lightgbn'", "linear", "lightgbm"),
    ("--target y --exclude zz", "no column 'zz'", "a, b, y", "'zz'"),
    ("--target y --exclude a --exclude b", "no features to train on", "3 columns", "Add columns"),
    ("--target y --kind a=foo", "to 'foo'", "category", "one of these"),
    ("--target y --kind zz=number", "'zz'", "a, b, y", "one of these"),
    ("--target y --group zz", "no column 'zz'", "a, b, y", "'zz'"),
    ("--target y --group a --time b", "--group and --time together", "not both", "Remove one"),
    ("--target y -o table.csv", "isn't a folder", "A file with this name", "another folder"),
]


@pytest.mark.parametrize("case", BAD_OPTIONS, ids=lambda case: case[0])
def test_an_option_that_does_not_fit_is_refused(case, with_table, refused):
    typed, *expected = case

    parts = refused(with_table("table.csv"), "plan", "table.csv", *typed.split())

    assert [part for part, found in zip(expected, parts, strict=True) if part not in found] == [], (
        parts
    )


def test_a_metric_of_classes_cannot_score_numbers(with_table, refused):
    words = "plan number.csv --target y --metric roc_auc"

    what, _, fix = refused(with_table("number.csv"), *words.split())

    assert what == "The metric 'roc_auc' can't score a regression task."
    assert fix == "Use --metric rmse."


WRONGLY_TYPED = [
    ("plan table.csv", "needs --target", "missing", "Type: automl plan"),
    ("plan", "needs DATA", "missing", "Type: automl plan"),
    ("plan table.csv --target y --budget abc", "--budget", "'abc' isn't a duration", "--help"),
    ("plan table.csv --target y --budget nan", "--budget", "'nan' isn't a duration", "--help"),
    ("plan table.csv --target y --folds two", "--folds", "'two'", "--help"),
    ("plan table.csv --target y --task regresion", "--task", "'regresion'", "Use regression"),
    ("plan table.csv --taget y", "no option '--taget'", "--target", "Use --target"),
    ("pln table.csv --target y", "no command 'pln'", "plan", "automl plan"),
    ("run plan -p nothing", "--parameter", "name=value", "--help"),
    ("run plan -p a.b=1", "--parameter", "name=value", "--help"),
    ("notebook last --trial first", "--trial", "'first'", "--help"),
    ("register last", "needs --name", "missing", "automl register"),
    ("predict last table.csv", "needs --output", "missing", "automl predict"),
]


@pytest.mark.parametrize("case", WRONGLY_TYPED, ids=lambda case: case[0])
def test_wrong_usage_ends_with_two(case, with_table, refused):
    typed, *expected = case

    parts = refused(with_table("table.csv"), *typed.split(), code=2)

    assert [part for part, found in zip(expected, parts, strict=True) if part not in found] == [], (
        parts
    )


SPEC = "data: table.csv\ntarget: y\n"
ALIASES = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 8)}]\n"
    for old, new in zip("abcdefg", "bcdefgh", strict=True)
)
BAD_SPECS = {
    "an unknown field": (f"{SPEC}budgets_s: 9\n", "line 3: unknown field", "budget_s", "budget_s"),
    "a field in the wrong place": (f"{SPEC}cv: {{seeds: 1}}\n", "line 3", "seed", "Use seed"),
    "a wrong type": (f"{SPEC}budget_s: soon\n", "line 3", "a number", "Use a number"),
    "a wrong word": (f"{SPEC}task: binery\n", "line 3", "binary", "Use binary"),
    "a value out of range": (f"{SPEC}cv:\n  folds: 1\n", "line 4", "2 to 50", "2 to 50"),
    "a field twice": (f"{SPEC}target: a\n", "line 3: 'target' is set twice", "", "Delete one"),
    "no target": ("data: table.csv\n", "target is missing", "required", "Add target"),
    "an alias bomb": (ALIASES, "line 1: anchors and aliases", "gigabytes", "Write the value in"),
    "a tag": (f"{SPEC}x: !!python/object/apply:os.system [id]\n", "the tag", "object", "Remove"),
    "deep nesting": (f"{SPEC}x: {'[' * 3000}{']' * 3000}\n", "nested too deeply", "20", "Compare"),
    "no YAML": (f"{SPEC}x: [1,\n", "isn't valid YAML", "", "Compare"),
    "no mapping": ("just text\n", "isn't an experiment file", "", "automl plan"),
    "an empty file": ("", "isn't an experiment file", "empty", "automl plan"),
    "too much": ("#" * 1_000_001, "too large", "1,000,000 bytes", "data file"),
    "no UTF-8": (SPEC.encode() + b"# \xc5rhus\n", "line 3: the file isn't UTF-8", "0xc5", "UTF-8"),
    "a table that is gone": ("data: gone.csv\ntarget: y\n", "no file", "", "Check the path"),
}


@pytest.mark.parametrize("verb", ["plan", "run"])
@pytest.mark.parametrize("case", BAD_SPECS)
def test_an_experiment_file_that_says_nothing_clear_is_refused(case, verb, place, refused):
    text, *expected = BAD_SPECS[case]
    path = place.work / "my.automl.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    parts = refused(place, verb, path.name)

    assert [part for part, found in zip(expected, parts, strict=True) if part not in found] == [], (
        parts
    )


def test_infinite_values_of_a_feature_are_a_finding_and_no_hindrance(with_table):
    place = with_table("infinite.csv")

    output = place.type("plan", "infinite.csv", "--target", "y", "-o", "plan", "--json")

    assert output.code == 0, output.err
    codes = {finding["code"]: finding["columns"] for finding in output.document["findings"]}
    assert ["a"] in codes.values()


def test_a_refusal_in_a_process_of_its_own_is_the_same(with_table):
    place = with_table("table.csv")
    before = place.tree()

    output = place.type_apart("plan", "table.csv", "--target", "yy")

    assert (output.code, output.out) == (1, "")
    assert output.err.splitlines() == [
        "The data has no column 'yy'.",
        "Why: It has 3 columns: a, b, y.",
        "Do: Use --target 'y'.",
    ]
    assert place.tree() == before


@pytest.mark.parametrize("verb", ["fit", "plan"])
def test_escape_sequences_in_a_name_do_not_reach_the_terminal(verb, place, refused):
    name = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"
    (place.work / f"{name}.csv").write_text(TABLES["table.csv"].replace("a,b", f"{name},b"))

    for words in ([f"{name}.csv", "--target", "nothing"], [f"x{name}.csv", "--target", "y"]):
        refused(place, verb, *words)
