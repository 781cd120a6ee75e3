"""One person's way through the wizard, on real data and with a real run."""

import json

import pandas as pd
import pytest

from automl_magic import flow
from automl_magic.wizard.session import STEPS

from .conftest import block, every


def test_a_newcomer_begins_with_the_data_and_can_go_nowhere_else(person):
    view = person.view

    assert view["step"] == "data"
    assert [step["id"] for step in view["steps"]] == list(STEPS)
    assert not any(step["reachable"] for step in view["steps"])
    assert view["next"]["enabled"] is False


def test_every_default_has_a_reason_from_the_data(person):
    person.set("source", "sklearn:breast_cancer")
    reasons = {}
    for step in ("target", "goal", "limits"):
        view = person.go(step)
        assert view["step"] == step
        reasons |= {
            (item["name"], item["type"]): item["reason"]
            for item in every(view["blocks"])
            if "reason" in item and item.get("value") not in (None, [], ())
        }

    assert reasons[("target", "menu")] == "Columns named target are usually the target."
    assert reasons[("task", "choice")] == "The target has two values."
    assert "threshold" in reasons[("metric", "menu")]
    assert reasons[("budget_s", "choice")].endswith("on 569 rows and 31 columns.")
    assert all(reasons.values())


def test_going_back_and_forth_loses_nothing(person):
    person.set("source", "sklearn:breast_cancer")
    person.go("goal")
    person.set("metric", "log_loss")
    person.set("cost_false_negative", 5)
    person.go("limits")
    person.set("budget_s", 45)
    before = person.session.answers

    for step in ("data", "target", "goal", "limits"):
        person.go(step)

    assert person.session.answers == before
    assert block(person.go("goal"), "menu", name="metric")["value"] == "log_loss"


def test_a_new_table_asks_again_what_depended_on_the_old_one(person):
    person.set("source", "sklearn:breast_cancer")
    person.set("metric", "log_loss")
    person.set("problem", "Find lumps early.")
    person.set("source", "sklearn:diabetes")

    answers = person.session.answers
    assert (answers.metric, answers.target) == (None, "target")
    assert answers.problem == "Find lumps early."
    assert person.session.plan.task == "regression"


def test_what_is_answered_survives_the_kernel(open_wizard):
    first = open_wizard()
    first.set("source", "sklearn:wine")
    first.go("limits")
    first.set("budget_s", 40)

    again = open_wizard()

    assert again.view["resumed"]
    assert again.view["step"] == "limits"
    assert again.session.answers == first.session.answers
    assert again.do("forget")["step"] == "data"
    assert open_wizard().view["resumed"] is False


def test_a_broken_draft_is_no_obstacle(open_wizard):
    first = open_wizard()
    first.set("source", "sklearn:wine")
    first.session._drafts.path.write_text('{"step": "data", "no_such_field": 1}')

    assert open_wizard().view["resumed"] is False


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("cost_false_positive", -1, "The cost of a false positive can't be"),
        ("cost_false_negative", float("nan"), "The cost of a false negative can't be"),
        ("budget_s", 2, "The search time can't be"),
        ("budget_s", "a while", "The search time can't be"),
        ("latency_ms_p95", 0, "The latency limit can't be"),
        ("task", "clustering", "Task can't be"),
        ("metric", "accuraccy", "There is no metric 'accuraccy'."),
        ("metric", "rmse", "The metric 'rmse' can't score a binary task."),
        ("source", "nowhere.csv", "There's no file"),
        ("source", "../../etc/passwd", "'../../etc/passwd' isn't below"),
        ("source", "frame:gone", "There's no DataFrame 'gone'."),
        ("target", "no such column", "The data has no column"),
    ],
)
def test_a_wrong_answer_is_a_problem_with_a_way_out(person, name, value, what):
    person.set("source", "sklearn:breast_cancer")
    person.go("target")

    problem = person.set(name, value)["problem"]

    assert problem["what"].startswith(what)
    assert problem["why"]
    assert problem["fix"]


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"do": "no such thing"},
        {"do": "set", "name": "run_id", "value": "x"},
        {"do": "set", "name": "step", "value": "result"},
        {"do": "set", "name": "__class__", "value": "x"},
        {"do": "go", "step": "result"},
        {"do": "go", "step": "nowhere"},
        {"do": "start"},
        {"do": "stop"},
        {"do": "register", "value": "x"},
        {"do": "upload", "name": "x.csv", "offset": "0", "size": None},
    ],
)
def test_a_message_that_makes_no_sense_changes_nothing(person, message):
    before = person.view
    person.session.handle(message)
    person.session.wait()

    assert person.view == before


def test_a_dataframe_of_the_kernel_can_be_chosen(person, names, people):
    names["loans"] = people
    frames = block(person.view, "choice", label="DataFrames in this notebook")

    assert [option["label"] for option in frames["options"]] == ["loans"]
    person.set("source", "frame:loans")
    person.go("goal")
    sensitive = block(person.view, "checks", name="sensitive")
    assert sensitive["value"] == ["sex", "age"]
    assert sensitive["reason"].startswith("Suggested by their names.")


@pytest.fixture
def cities(tmp_path):
    """A file of a spreadsheet: NA is Naples, and a lone hyphen stands for no discount."""
    frame = pd.DataFrame(
        {
            "city": ["NA", "Zürich", "Köln"] * 80,
            "discount": ["-" if i % 40 == 0 else f"{i % 7}.5" for i in range(240)],
            "age": [20 + i % 30 for i in range(240)],
            "left": ["yes" if i % 5 < 2 else "no" for i in range(240)],
        }
    )
    frame.to_csv(tmp_path / "work" / "cities.csv", sep=";", index=False, encoding="cp1252")


def a_column(person, name):
    return person.session.table.dataset.column(name)


def test_the_data_step_says_how_a_file_was_read_and_what_is_missing(person, cities):
    view = person.set("source", "cities.csv")

    facts = dict(block(view, "facts")["items"])
    assert (facts["Separator"], facts["Encoding"]) == (";", "Windows-1252")
    rows = block(view, "table", caption="Texts read as missing")["rows"]
    assert rows == [["city", "NA", "80"], ["discount", "-", "6"]]
    assert block(view, "line", label="Missing values in city")["value"] == "NA"
    assert block(view, "line", label="Missing values in discount")["value"] == "-"


def test_what_is_missing_in_a_column_is_set_and_the_table_is_read_again(person, cities):
    person.set("source", "cities.csv")
    person.set("target", "left")
    field = block(person.view, "line", label="Missing values in city")

    view = person.set(field["name"], "")

    city = a_column(person, "city")
    assert (city.n_missing, dict(city.missing)) == (0, {})
    assert person.session.plan.dataset.column("city").n_missing == 0
    assert person.session.plan.experiment.missing.columns["city"] == ()
    assert "--missing city=" in block(person.go("review"), "code")["tabs"][0]["text"]
    assert block(view, "line", label="Missing values in city")["value"] == ""


def test_a_column_without_missing_values_can_get_some(person, cities):
    person.set("source", "cities.csv")
    view = person.set("missing_column", "age")
    field = block(view, "line", label="Missing values in age")

    person.set(field["name"], " 20, 21,20 ")

    age = a_column(person, "age")
    assert (age.n_missing, dict(age.missing)) == (16, {"20": 8, "21": 8})
    assert person.session.answers.missing == {"age": ("20", "21")}


def test_another_table_forgets_what_was_missing_in_the_last_one(person, cities, people, tmp_path):
    people.to_csv(tmp_path / "work" / "people.csv", index=False)
    person.set("source", "cities.csv")
    person.set(block(person.view, "line", label="Missing values in city")["name"], "")

    person.set("source", "people.csv")

    assert person.session.answers.missing == {}


def test_a_field_of_a_column_that_is_gone_changes_nothing(person, cities):
    person.set("source", "cities.csv")
    before = person.session.answers

    for name in ("missing/99", "missing/-1", "missing/x", "missing/"):
        person.set(name, "NA")

    assert person.session.answers == before


def test_the_costs_are_asked_with_the_words_of_the_data(person, names, people):
    names["loans"] = people
    person.set("source", "frame:loans")

    labels = [item["label"] for item in person.go("goal")["blocks"] if item["type"] == "number"]

    assert labels == [
        "False positive: predicted yes, actually no",
        "False negative: predicted no, actually yes",
    ]


def test_the_review_shows_the_same_as_code(person, names, people, tmp_path):
    names["loans"] = people
    person.set("source", "frame:loans")
    person.set("cost_false_positive", 2)
    person.set("budget_s", 20)

    tabs = {tab["name"]: tab["text"] for tab in block(person.go("review"), "code")["tabs"]}

    assert tabs["Notebook"] == (
        "%automl fit loans --target loan --budget 20s --sensitive sex --sensitive age "
        "--cost-false-positive 2 -o automl-loans"
    )
    assert "cost_false_positive: 2.0" in tabs["YAML"]
    compile(tabs["Python"], "shown", "exec")
    assert list((tmp_path / "work").iterdir()) == []


def test_every_step_after_the_data_shows_the_answers_so_far_as_code(person):
    person.set("source", "sklearn:wine")
    shown = [block(person.go(step), "code")["tabs"] for step in ("target", "goal", "limits")]

    assert all(tabs[0]["text"].startswith("%automl fit sklearn:wine --target") for tabs in shown)


def test_a_table_is_uploaded_in_pieces(person, people):
    data = people.to_csv(index=False).encode()
    half = len(data) // 2
    message = {"name": "people.csv", "size": len(data)}
    person.do("upload", **message, offset=0, buffers=[data[:half]])
    assert person.session.table is None

    person.do("upload", **message, offset=half, buffers=[data[half:]])

    assert person.session.answers.source == "people.csv"
    assert person.session.table.frame.equals(people)


def test_an_upload_with_a_missing_piece_is_refused(person):
    view = person.do("upload", name="x.csv", size=100, offset=50, buffers=[b"x" * 50])

    assert view["problem"]["what"] == "The upload of 'x.csv' was interrupted."


def test_an_upload_never_replaces_a_file_nor_leaves_the_folder(person, tmp_path):
    (tmp_path / "work" / "x.csv").write_text("a,b\n1,2\n")
    data = b"c,d\n3,4\n5,6\n"

    person.do("upload", name="../x.csv", size=len(data), offset=0, buffers=[data])

    assert (tmp_path / "work" / "x.csv").read_text() == "a,b\n1,2\n"
    assert person.session.answers.source == "x-2.csv"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == []


def test_a_program_cannot_be_uploaded(person):
    view = person.do("upload", name="x.sh", size=3, offset=0, buffers=[b"ls\n"])

    assert view["problem"]["what"] == "The format of 'x.sh' isn't supported."


def test_from_a_table_to_a_registered_model(person, names, people, tmp_path):
    names["loans"] = people
    person.set("source", "frame:loans")
    person.set("budget_s", 8)
    person.go("review")

    view = person.do("start")

    assert view["step"] == "result", view["problem"]
    run_id = person.session.result.run.run_id
    [model] = tmp_path.glob("work/automl-loans/model.ipynb")
    assert (model.parent / "executed.ipynb").exists()
    sentences = [item["text"] for item in view["blocks"] if item["type"] == "paragraph"]
    holdout = flow.leaderboard(run_id).holdout
    assert f"{holdout.score:#.4g}" in sentences[1]
    assert block(view, "notes")["items"]
    view = person.do("register", value="no/such")
    assert view["problem"]["what"] == "'no/such' isn't a valid model name."
    view = person.do("register", value="loans")
    assert block(view, "notes", title="")
    assert flow.models()["loans"][0].run_id == run_id
    assert "Registered as loans, version 1" in json.dumps(view)
    person.session.handle({"do": "explain"})
    assert "Explaining the model." in json.dumps(person.view)
    assert person.go("goal")["step"] == "goal"
    assert "Open the report" in json.dumps(person.go("result"))
    report = (model.parent / "report.html").read_text("utf-8")
    assert report.startswith("<!DOCTYPE html>")
    assert "<script" not in report


def test_a_budget_or_a_cost_does_not_make_the_table_be_looked_at_again(open_wizard, monkeypatch):
    import automl_magic.data as data

    person = open_wizard()
    person.set("source", "sklearn:breast_cancer")
    person.set("target", "target")
    person.go("review")
    looks = []
    profile = data.profile
    monkeypatch.setattr(
        data, "profile", lambda *a, **o: looks.append(o["target"]) or profile(*a, **o)
    )
    for name, value in (("budget_s", 30), ("cost_false_positive", 5), ("cost_false_negative", 50)):
        person.set(name, value)
    same = list(looks)
    person.set("target", "mean radius")

    assert person.session.plan.dataset is not None
    assert (same, looks) == ([], ["mean radius"])
