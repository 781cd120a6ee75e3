"""What a person reads about a run whose metric is undefined, or that has only the baseline."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from automl_magic.cli.formatters.listings import format_leaderboard, format_runs
from automl_magic.cli.formatters.outcome import format_run
from automl_magic.cli.frontend import CommandResult
from automl_magic.magics.show.cards import html_of
from automl_magic.pages import LeaderboardView, leaderboard_page
from automl_magic.records import (
    CellLink,
    Leaderboard,
    LeaderboardRow,
    Run,
    RunStatus,
    Score,
    TrialState,
)
from automl_magic.runs.outcome import FinishedRun
from automl_magic.track import show
from automl_magic.track.tracker import metrics_of
from automl_magic.workspace import default_workspace

UNDEFINED = Score(metric="roc_auc", score=None, rows=60, undefined="all rows have one class")
CV = Score(metric="roc_auc", score=0.8, rows=240, low=0.7, high=0.9)
ADVICE = "Only the baseline was fitted, which predicts without any column: use --budget 60s."


@pytest.fixture
def make_run(tmp_path):
    def make(**result):
        at = datetime(2026, 1, 1, tzinfo=UTC)
        run = Run(
            run_id="r1", kind="search", notebook="search.ipynb", folder=str(tmp_path),
            status=RunStatus.SUCCEEDED, created_at=at,
            result={"cv": CV.to_json(), "best": "linear", "n_trials": 3, **result},
        )  # fmt: skip
        return FinishedRun(run, 3.0, Path("output.ipynb"), None, None)

    return make


def board(holdout):
    link = CellLink(run_id="r1", notebook="output.ipynb", cell_id="search")
    row = LeaderboardRow(
        rank=1, name="linear", score=CV, link=link, state=TrialState.COMPLETE, reason="", trial=1
    )
    return Leaderboard(
        run_id="r1",
        metric="roc_auc",
        higher_is_better=True,
        rows=(row,),
        holdout=holdout,
        holdout_link=link,
    )


def test_an_undefined_holdout_says_why_at_each_door(make_run):
    finished, leaderboard = make_run(holdout=UNDEFINED.to_json()), board(UNDEFINED)
    on_rows = "undefined on 60 rows, because all rows have one class"

    assert f"holdout   roc_auc {on_rows}" in format_run(finished)
    assert on_rows in format_leaderboard(leaderboard)
    assert "undefined on 60 holdout rows, because all rows have one class" in str(show(leaderboard))
    assert "all rows have one class" in show(leaderboard)._repr_html_()
    page = leaderboard_page(LeaderboardView(leaderboard))
    assert "undefined on 60 holdout rows" in page
    card = html_of(CommandResult(finished, {}, ""), default_workspace())
    assert "undefined on 60 holdout rows, because all rows have one class" in card
    assert finished.to_json()["holdout"]["score"] is None
    assert "holdout_roc_auc" not in metrics_of(finished.run)


def test_only_the_baseline_is_no_plain_success_at_any_door(make_run):
    finished = make_run(only_baseline=True, best="dummy", advice=[ADVICE])

    text = format_run(finished)
    assert text.splitlines()[0] == "Run r1 fitted only the baseline in 3.0 s."
    assert ADVICE in text
    assert finished.to_json()["advice"] == [ADVICE]
    assert "succeeded (only the baseline)" in format_runs([finished.run])
    card = html_of(CommandResult(finished, {}, ""), default_workspace())
    assert "Only the baseline was fitted" in card
    assert ADVICE in card
    page = leaderboard_page(LeaderboardView(board(None), finished.run))
    assert "The model is only the baseline" in page
    assert "succeeded (only the baseline)" in page
