"""The small parts: suggestions, the browser of files, code, and blocks that are JSON."""

import ast
import json
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl_magic.cli.command import automl
from automl_magic.errors import DataNotReadable
from automl_magic.records import Column, ColumnKind
from automl_magic.wizard import browse, code, suggest
from automl_magic.wizard.answers import Answers

HOSTILE = '\'; rm -rf / #\n"""\\ $(x) `y` <script>'


def column(name, kind=ColumnKind.CATEGORY, n_unique=2):
    return Column(name=name, kind=kind, stored_as="text", reason="", n_missing=0, n_unique=n_unique)


@pytest.mark.parametrize(
    ("names", "guessed"),
    [
        (["age", "Churn", "city"], "Churn"),
        (["class_label", "x"], "class_label"),
        (["income", "loan"], "loan"),
        (["isFraud", "amount"], "isFraud"),
        (["a", "b"], "b"),
        (["classic", "b"], "b"),
    ],
)
def test_the_target_is_guessed_from_names_then_from_the_place(names, guessed):
    assert suggest.suggest_target([column(name) for name in names])[0] == guessed


def test_an_identifier_at_the_end_is_no_target():
    columns = [column("a"), column("customer", ColumnKind.ID, 900)]

    assert suggest.suggest_target(columns) is None


def test_sensitive_columns_are_found_by_words_not_by_letters():
    names = ["Sex", "marital-status", "message", "age_group", "sexton", "target"]

    columns = suggest.suggest_sensitive([column(name) for name in names], "target")

    assert columns == ("Sex", "marital-status", "age_group")


def test_the_browser_shows_folders_and_tables_and_hides_the_rest(tmp_path):
    for name in ("a.csv", "b.PARQUET", "c.csv.gz", "d.txt", ".hidden.csv", "e.py"):
        (tmp_path / name).write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "way-out").symlink_to("/etc")

    names = [entry.name for entry in browse.list_folder(tmp_path, "")]

    assert names == ["folder", "a.csv", "b.PARQUET", "c.csv.gz"]


@pytest.mark.parametrize("path", ["..", "../..", "/etc", "folder/../..", "link", "a\x00b"])
def test_no_way_leads_out_of_the_folder(tmp_path, path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)

    with pytest.raises(DataNotReadable):
        browse.list_folder(root, path)


@given(st.text(max_size=60))
def test_whatever_an_upload_is_called_it_stays_in_the_folder(name):
    root = Path("/nowhere/at/all")
    try:
        path = browse.free_path(root, name + ".csv")
    except DataNotReadable:
        return

    assert path.parent == root
    assert path.name.endswith(".csv")
    assert path.name.isprintable()


def test_the_line_of_code_is_read_back_as_it_was_meant():
    answers = Answers(
        source="frame:df",
        target=HOSTILE,
        exclude=("a b", HOSTILE),
        include=("c d",),
        metric="roc_auc",
        budget_s=90.0,
        cost_false_positive=2.5,
        latency_ms_p95=3.0,
        problem=HOSTILE,
        folder="out",
    )

    arguments = shlex.split(code.magic_line(answers, "df"))
    context = automl.get_command(None, "fit").make_context("fit", arguments[2:])

    assert arguments[:2] == ["%automl", "fit"]
    assert context.params["target"] == HOSTILE
    assert context.params["exclude"] == ("a b", HOSTILE)
    assert context.params["include"] == ("c d",)
    assert context.params["budget_s"] == 90.0
    assert context.params["cost_false_positive"] == 2.5
    assert context.params["latency_ms_p95"] == 3.0
    assert context.params["problem"] == HOSTILE
    assert context.params["folder"] == "out"


def test_the_python_code_holds_data_as_literals_alone():
    answers = Answers(source=HOSTILE, target=HOSTILE, problem=HOSTILE, folder="out")

    call = ast.parse(code.python_code(answers, HOSTILE)).body[1].value

    values = [*call.args, *(word.value for word in call.keywords)]
    assert all(isinstance(ast.literal_eval(value), str) for value in values)


def test_answers_travel_as_json():
    answers = Answers(source="x.csv", target="y", sensitive=("a",), budget_s=60.0)

    assert Answers.from_json(json.loads(json.dumps(answers.to_json()))) == answers
