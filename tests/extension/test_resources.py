"""What the routes answer, on real runs in a real store."""

import json

import nbformat
import pytest

from automl_magic.records import ExperimentSpec, RunStatus


def test_runs_come_newest_first_and_in_pages(server):
    everything = server.get("runs").json
    first = server.get("runs?limit=2").json
    rest = server.get("runs?limit=2&skip=2").json

    ids = [run["run_id"] for run in everything["runs"]]
    created = [run["created_at"] for run in everything["runs"]]
    assert created == sorted(created, reverse=True)
    assert len(ids) >= 3
    assert [run["run_id"] for run in first["runs"]] == ids[:2]
    assert first["more"] is True
    assert [run["run_id"] for run in rest["runs"]] == ids[2:4]


def test_a_run_that_goes_on_says_how_far_it_is(server):
    going = server.runs["going"].run_id
    run = next(r for r in server.get("runs").json["runs"] if r["run_id"] == going)

    assert (run["status"], run["is_over"], run["name"]) == ("running", False, "automl-churn")
    assert run["progress"] == {
        "cells_done": 5,
        "n_cells": 28,
        "trials": 1,
        "best": 0.91,
        "left_s": 48.0,
    }


def test_one_run_comes_with_its_trials(server):
    run = server.get(f"runs/{server.runs['first'].run_id}").json

    assert run["has_leaderboard"] is True
    assert len(run["trials"]) == 7
    assert run["trials"][0]["score"] == pytest.approx(0.9702)
    assert "/" not in run["name"]


def test_events_are_read_from_an_offset_and_half_a_line_waits(server):
    path = f"runs/{server.runs['going'].run_id}/events"
    first = server.get(path).json
    again = server.get(f"{path}?offset={first['offset']}").json

    assert [event["event"] for event in first["events"]] == ["run", "cell", "search", "trial"]
    assert again["events"] == []
    assert again["offset"] == first["offset"]


def test_an_unknown_run_is_told_in_three_parts(server):
    asked = server.get("runs/20200101-000000-aaaa")

    assert asked.status == 404
    assert set(asked.json) == {"what", "why", "fix"}
    assert asked.json["what"] == "There's no run '20200101-000000-aaaa'."


def test_a_number_that_is_none_is_told(server):
    for wrong in ("x", "-1", "1e9", "201", "٣"):
        assert (
            server.get(f"runs?limit={__import__('urllib.parse').parse.quote(wrong)}").status == 400
        )


def test_a_run_that_has_ended_cannot_be_stopped(server):
    asked = server.post(f"runs/{server.runs['first'].run_id}/stop", {"cancel": False})

    assert asked.status == 409
    assert asked.json["why"] == "Its status is succeeded."


def test_a_run_that_goes_on_is_asked_to_stop(server):
    going = server.runs["going"]
    asked = server.post(f"runs/{going.run_id}/stop", {"cancel": False})

    assert asked.status == 200
    assert (server.home / "runs" / going.run_id / "wish").read_text() == "stop"


def test_a_rerun_that_cannot_begin_says_why(server):
    # The run of the tests has no input notebook: the process that repeats it says so itself.
    asked = server.post(f"runs/{server.runs['first'].run_id}/rerun")

    assert asked.status == 409
    assert "has no input.ipynb" in asked.json["what"]


def test_a_difference_is_told_in_words_and_cells(server):
    first, second = server.runs["first"].run_id, server.runs["second"].run_id
    told = server.get(f"diff?a={first}&b={second}").json

    assert (told["before"], told["after"]) == (first, second)
    assert all(set(change) == {"about", "words"} for change in told["changes"])


def test_the_executed_notebook_is_placed_among_the_files(server):
    run_id = server.runs["second"].run_id
    path = server.post(f"runs/{run_id}/notebook", {"which": "executed"}).json["path"]

    assert path == f"automl-runs/{run_id}/executed.ipynb"
    placed = server.root / path
    assert nbformat.read(placed, 4).cells[-1].id == "holdout"

    placed.write_text(json.dumps({**json.loads(placed.read_text()), "metadata": {"mine": 1}}))
    assert server.post(f"runs/{run_id}/notebook", {"which": "executed"}).json["path"] == path
    assert json.loads(placed.read_text())["metadata"] == {"mine": 1}


def test_what_a_notebook_says_of_its_kind_is_no_file_name(server):
    store = server.runs["store"]
    run = store.create(kind="../../evil", notebook="x.ipynb")
    folder = server.home / "runs" / run.run_id
    folder.mkdir(parents=True)
    (folder / "output.ipynb").write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []})
    )
    store.advance(run.run_id, run.token, RunStatus.CANCELLED)
    placed = server.post(f"runs/{run.run_id}/notebook", {"which": "executed"}).json

    assert placed["path"] == f"automl-runs/{run.run_id}/executed.ipynb"
    assert (server.root / placed["path"]).exists()
    assert not (server.root / "evil.ipynb").exists()


def test_placing_a_notebook_needs_the_permission_to_write_files(server):
    run_id = server.runs["second"].run_id
    asked = server.post(f"runs/{run_id}/notebook", {"which": "executed"}, X_Denied="write contents")

    assert asked.status == 403


@pytest.mark.parametrize("which", ["executed", "model"])
def test_a_run_without_such_a_notebook_says_so(server, which):
    asked = server.post(f"runs/{server.runs['going'].run_id}/notebook", {"which": which})

    assert asked.status == 409
    assert asked.json["fix"]


def test_the_schema_is_that_of_the_experiment_file(server):
    schema = server.get("schema").json

    assert set(schema["properties"]) == set(ExperimentSpec.__dataclass_fields__)


def test_a_new_file_explains_every_field_and_has_no_problem(server):
    template = server.get("template?budget_s=90").json

    assert template["name"] == "experiment.automl.yaml"
    assert "budget_s: 90.0" in template["text"]
    assert server.post("validate", {"text": template["text"]}).json == {"problems": []}


def test_problems_come_with_their_lines(server):
    text = "data: a.csv\ntarget: y\nbudget: 3\ncv:\n  folds: one\n"
    problems = server.post("validate", {"text": text}).json["problems"]

    assert [problem["line"] for problem in problems] == [3, 5]
    assert problems[0]["fix"] == "Use budget_s."


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"text": 3}', 400),
        (b'{"text": "", "more": 1}', 400),
        (b"[" * 100_000, 400),
        (b'{"text": "' + b"x" * 1_300_000 + b'"}', 413),
    ],
)
def test_a_body_of_another_shape_is_told(server, body, status):
    asked = server.ask("validate", "POST", body)

    assert asked.status == status
    assert set(asked.json) == {"what", "why", "fix"}


def test_a_form_is_no_json(server):
    asked = server.ask("validate", "POST", b"text=x", Content_Type="text/plain")

    assert asked.status == 415


def test_the_leaderboard_is_a_page_that_may_do_nothing(server):
    page = server.get(f"pages/leaderboard/{server.runs['first'].run_id}?theme=dark")

    policy = page.headers["Content-Security-Policy"]
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert policy.startswith(
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    assert "<script" not in page.text
    assert 'onerror="' not in page.text
    assert "color-scheme: dark" in page.text
    assert "<h1>" in page.text


def test_the_report_of_a_run_that_nobody_explained_says_what_to_type(server):
    run_id = server.runs["first"].run_id
    page = server.get(f"pages/report/{run_id}")

    assert page.status == 409
    assert f"automl explain {run_id}" in page.text


def test_an_explanation_of_what_cannot_be_explained_says_why(server):
    asked = server.post(f"runs/{server.runs['first'].run_id}/explain")

    assert asked.status == 409
    assert "has no plan.json" in asked.json["what"]


def test_a_page_that_cannot_be_drawn_is_a_page_of_three_lines(server):
    page = server.get("pages/leaderboard/20200101-000000-aaaa")

    assert page.status == 404
    assert "<b>Why: </b>" in page.text
    assert "<b>Do: </b>" in page.text


def test_a_surprise_tells_nothing_of_itself(server):
    broken = server.runs["store"].create(kind="search", notebook="x.ipynb")
    # A journal that cannot be read as one: a folder in its place is a surprise nowhere else.
    folder = server.home / "runs" / broken.run_id
    (folder / "trials.jsonl").mkdir(parents=True)
    asked = server.get(f"runs/{broken.run_id}")

    assert asked.status == 500
    assert set(asked.json) == {"what", "why", "fix"}
    assert "Traceback" not in asked.text
    assert str(server.home) not in asked.text


def test_no_answer_names_a_path_of_the_machine(server):
    for path in ("runs", f"runs/{server.runs['first'].run_id}", "template", "schema"):
        assert str(server.home) not in server.get(path).text
