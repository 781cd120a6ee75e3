"""A search that is stopped early says so at every door, with the candidates that it didn't try."""

import dataclasses
import json
from pathlib import Path

import pytest

from automl_magic import flow
from automl_magic.cli.formatters.decision_log import format_decision_log
from automl_magic.cli.formatters.listings import format_leaderboard, format_runs
from automl_magic.cli.formatters.outcome import format_run
from automl_magic.cli.frontend import CommandResult
from automl_magic.magics.show.cards import html_of
from automl_magic.pages.decision_log import decision_log_page
from automl_magic.pages.leaderboard import leaderboard_page
from automl_magic.pages.leaderboard_view import LeaderboardView
from automl_magic.pages.live import progress_block, status_sentence
from automl_magic.pages.live_run import LiveRun
from automl_magic.track import search_end
from automl_magic.track import show as show_leaderboard
from automl_magic.track.mlflow import MlflowTracker
from automl_magic.wizard.answers import Answers
from automl_magic.wizard.drafts import Drafts
from automl_magic.wizard.session import WizardSession
from automl_magic.wizard.steps import build_view
from automl_magic.workspace import default_workspace
from automl_magic_lab.routes.runs import _detail, _page
from tests.flow.conftest import customers

STOPPED = "The search was stopped early. The model is the best so far."


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A run that a person stops as soon as one candidate has been tried."""
    folder = tmp_path_factory.mktemp("stopped")
    table = customers().drop(columns=["tier", "value"])
    table.to_csv(folder / "customers.csv", index=False)

    def stop(event):
        if event.get("event") == "trial" and event["number"] == 1:
            flow.stop("last")

    plan = flow.plan(str(folder / "customers.csv"), "churn", budget_s=120, folder=folder / "plan")
    return flow.run(plan.folder, on_event=stop)


@pytest.fixture(scope="module")
def untried(stopped):
    end = search_end(stopped.run)
    assert end is not None
    assert end.untried
    return f"{len(end.untried)} of {end.n_candidates} candidates weren't tried: {end.untried[0]}"


def test_the_record_knows_the_candidates_that_were_not_tried(stopped):
    plan = json.loads((Path(stopped.run.folder) / "plan.json").read_text())["plan"]
    names = [candidate["name"] for candidate in plan["candidates"]]
    trials = (Path(stopped.run.folder) / "trials.jsonl").read_text().splitlines()
    tried = {json.loads(line)["candidate"] for line in trials}

    assert stopped.run.status.value == "succeeded"
    assert stopped.to_json()["stopped"] == "interrupt"
    assert stopped.to_json()["untried"] == [name for name in names if name not in tried]


def test_the_command_line_says_it(stopped, untried):
    outcome = format_run(stopped)
    board = flow.leaderboard(stopped.run.run_id)
    log = " ".join(format_decision_log(flow.why(stopped.run.run_id)).split())

    assert f"Run {stopped.run.run_id} was stopped early after" in outcome
    for text in (outcome, format_leaderboard(board), str(show_leaderboard(board)), log):
        assert STOPPED in text
        assert untried in text
    assert board.to_json()["notes"][0] == STOPPED
    assert "was stopped early and kept the best model so far" in log
    assert "succeeded (stopped early)" in format_runs([stopped.run])


def test_every_page_says_it(stopped, untried):
    board, run = flow.leaderboard(stopped.run.run_id), stopped.run
    course = LiveRun(Path(run.folder))
    course.read()
    live = progress_block(course, run, is_selected=True)
    board_page = leaderboard_page(LeaderboardView.of(board, run))

    pages = (board_page, live, decision_log_page(flow.why(run.run_id)),
             show_leaderboard(board)._repr_html_())  # fmt: skip
    for page in pages:
        assert STOPPED in page
        assert untried.replace("'", "&#x27;") in page
    for page in (board_page, live):
        assert "succeeded (stopped early)" in page
    assert "was stopped early and kept the best model so far." in status_sentence(course, run)


def test_a_notebook_says_it(stopped, untried):
    here = default_workspace()
    card = html_of(CommandResult(stopped, {}, ""), here)
    newest = html_of(CommandResult([stopped.run], {}, ""), here)

    assert "Best model so far" in card
    assert STOPPED in card
    assert untried.replace("'", "&#x27;") in card
    assert "succeeded (stopped early)" in newest


def test_the_wizard_says_it(stopped, untried, tmp_path):
    here = default_workspace()
    session = WizardSession(
        folder=tmp_path,
        names=dict,
        changed=lambda: None,
        drafts=Drafts(tmp_path, here.home),
        workspace=here,
        answers=Answers(run_id=stopped.run.run_id, step="result"),
    )
    session.wait()

    text = json.dumps(build_view(session))

    assert STOPPED in text
    assert untried in text
    assert '"stopped early"' in text


def test_the_lab_panel_says_it(stopped, untried):
    newest = next(r for r in _page(9, 0)["runs"] if r["run_id"] == stopped.run.run_id)
    detail = _detail(stopped.run.run_id)

    assert newest["was_stopped_early"] is detail["was_stopped_early"] is True
    assert detail["advice"][0] == STOPPED
    assert untried in detail["advice"][1]


def test_mlflow_has_it_in_its_tags(stopped):
    tracker = MlflowTracker(default_workspace().tracking)

    tags = tracker.get(stopped.run.run_id).tags

    assert tags["automl.ended_early"] == "interrupt"
    assert tags["automl.untried"].split(", ") == list(stopped.untried)


def test_a_complete_run_says_nothing_of_the_kind(stopped, binary):
    assert not binary.outcome.run.was_stopped_early
    end = search_end(binary.outcome.run)
    assert end is None or end.reason == "deadline"
    difference = flow.diff(binary.run_id, stopped.run.run_id)
    sentences = [change.sentence for change in difference.changes]

    assert not any("Candidates were removed" in sentence for sentence in sentences)
    assert any(
        sentence.startswith(f"Not tried in run {stopped.run.run_id}, which ended early: ")
        for sentence in sentences
    )


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("cancelled", "The run was cancelled, so it has no model."),
        ("failed", "The run failed, so it has no model."),
        ("lost", "The run's process ended, so it has no model."),
    ],
)
def test_a_run_that_did_not_succeed_says_what_it_did_not_try(stopped, untried, status, sentence):
    status = type(stopped.run.status)(status)
    run = dataclasses.replace(stopped.run, status=status, result={})
    course = LiveRun(Path(run.folder))
    outcome = dataclasses.replace(stopped, run=run)

    texts = [
        format_run(outcome),
        progress_block(course, run, is_selected=True).replace("&#x27;", "'"),
        html_of(CommandResult(outcome, {}, ""), default_workspace()).replace("&#x27;", "'"),
    ]

    for text in texts:
        assert sentence in text
        assert untried in text
