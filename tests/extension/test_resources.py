"""Responses of the routes, for real runs in a real store."""

import json

import nbformat
import pytest

from automl_magic.records import ExperimentSpec, RunStatus


def test_runs_come_newest_first_and_in_pages(server):
    page = server.get("runs").json
    first = server.get("runs?limit=2").json
    second = server.get("runs?limit=2&skip=2").json

    ids = [run["run_id"] for run in page["runs"]]
    created = [run["created_at"] for run in page["runs"]]
    assert created == sorted(created, reverse=True)
    assert len(ids) >= 3
    assert [run["run_id"] for run in first["runs"]] == ids[:2]
    assert first["more"] is True
    assert [run["run_id"] for run in second["runs"]] == ids[2:4]


def test_a_running_run_has_its_progress(server):
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


def test_one_run_has_its_trials(server):
    run = server.get(f"runs/{server.runs['first'].run_id}").json

    assert run["has_leaderboard"] is True
    assert len(run["trials"]) == 7
    assert run["trials"][0]["score"] == pytest.approx(0.9702)
    assert "/" not in run["name"]


def test_events_are_read_from_an_offset_without_incomplete_lines(server):
    path = f"runs/{server.runs['going'].run_id}/events"
    first = server.get(path).json
    second = server.get(f"{path}?offset={first['offset']}").json

    assert [event["event"] for event in first["events"]] == ["run", "cell", "search", "trial"]
    assert second["events"] == []
    assert second["offset"] == first["offset"]


def test_an_unknown_run_is_an_error_with_three_parts(server):
    response = server.get("runs/20200101-000000-aaaa")

    assert response.status == 404
    assert set(response.json) == {"what", "why", "fix"}
    assert response.json["what"] == "There's no run '20200101-000000-aaaa'."


def test_an_invalid_number_is_rejected(server):
    for invalid in ("x", "-1", "1e9", "201", "٣"):
        assert (
            server.get(f"runs?limit={__import__('urllib.parse').parse.quote(invalid)}").status
            == 400
        )


def test_a_run_that_has_ended_cannot_be_stopped(server):
    response = server.post(f"runs/{server.runs['first'].run_id}/stop", {"cancel": False})

    assert response.status == 409
    assert response.json["why"] == "Its status is succeeded."


def test_a_running_run_gets_a_stop_request(server):
    going = server.runs["going"]
    response = server.post(f"runs/{going.run_id}/stop", {"cancel": False})

    assert response.status == 200
    assert (server.home / "runs" / going.run_id / "wish").read_text() == "stop"


def test_a_rerun_that_cannot_start_returns_the_error(server):
    # The test run has no input notebook, so the rerun's process reports an error.
    response = server.post(f"runs/{server.runs['first'].run_id}/rerun")

    assert response.status == 409
    assert "has no input.ipynb" in response.json["what"]


def test_a_diff_has_sentences_and_cells(server):
    first, second = server.runs["first"].run_id, server.runs["second"].run_id
    diff = server.get(f"diff?a={first}&b={second}").json

    assert (diff["before"], diff["after"]) == (first, second)
    assert all(set(change) == {"about", "words"} for change in diff["changes"])


def test_the_executed_notebook_is_copied_to_the_files(server):
    run_id = server.runs["second"].run_id
    path = server.post(f"runs/{run_id}/notebook", {"which": "executed"}).json["path"]

    assert path == f"automl-runs/{run_id}/executed.ipynb"
    placed = server.root / path
    assert nbformat.read(placed, 4).cells[-1].id == "holdout"

    placed.write_text(json.dumps({**json.loads(placed.read_text()), "metadata": {"mine": 1}}))
    assert server.post(f"runs/{run_id}/notebook", {"which": "executed"}).json["path"] == path
    assert json.loads(placed.read_text())["metadata"] == {"mine": 1}


def test_the_kind_in_a_notebook_is_not_used_as_a_file_name(server):
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


def test_copying_a_notebook_needs_the_permission_to_write_files(server):
    run_id = server.runs["second"].run_id
    response = server.post(
        f"runs/{run_id}/notebook", {"which": "executed"}, X_Denied="write contents"
    )

    assert response.status == 403


@pytest.mark.parametrize("which", ["executed", "model"])
def test_a_run_without_the_notebook_is_an_error(server, which):
    response = server.post(f"runs/{server.runs['going'].run_id}/notebook", {"which": which})

    assert response.status == 409
    assert response.json["fix"]


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
def test_an_invalid_body_is_rejected(server, body, status):
    response = server.request("validate", "POST", body)

    assert response.status == status
    assert set(response.json) == {"what", "why", "fix"}


def test_a_form_is_rejected(server):
    response = server.request("validate", "POST", b"text=x", Content_Type="text/plain")

    assert response.status == 415


def test_the_leaderboard_is_a_page_without_permissions(server):
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


def test_the_report_of_an_unexplained_run_shows_the_command(server):
    run_id = server.runs["first"].run_id
    page = server.get(f"pages/report/{run_id}")

    assert page.status == 409
    assert f"automl explain {run_id}" in page.text


def test_explaining_a_run_without_a_model_returns_the_error(server):
    response = server.post(f"runs/{server.runs['first'].run_id}/explain")

    assert response.status == 409
    assert "has no plan.json" in response.json["what"]


def test_the_error_of_a_page_is_a_page_with_three_lines(server):
    page = server.get("pages/leaderboard/20200101-000000-aaaa")

    assert page.status == 404
    assert "<b>Why:</b>" in page.text
    assert "<b>Do:</b>" in page.text


def test_an_unexpected_error_has_no_details(server):
    broken = server.runs["store"].create(kind="search", notebook="x.ipynb")
    # A folder with the journal's name makes reading it fail unexpectedly.
    folder = server.home / "runs" / broken.run_id
    (folder / "trials.jsonl").mkdir(parents=True)
    response = server.get(f"runs/{broken.run_id}")

    assert response.status == 500
    assert set(response.json) == {"what", "why", "fix"}
    assert "Traceback" not in response.text
    assert str(server.home) not in response.text


def test_no_response_contains_a_path_of_the_machine(server):
    for path in ("runs", f"runs/{server.runs['first'].run_id}", "template", "schema"):
        assert str(server.home) not in server.get(path).text
