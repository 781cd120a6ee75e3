from datetime import UTC, datetime

import pytest

from automl_magic.cli import formatters
from automl_magic.cli.formatters.table import format_table
from automl_magic.display.numbers import (
    format_memory,
    format_number,
    format_score_interval,
    format_seconds,
)
from automl_magic.records import (
    CellLink,
    Leaderboard,
    LeaderboardRow,
    ModelVersion,
    Run,
    RunStatus,
    Score,
    TrialState,
)
from automl_magic.runs.outcome import RerunResult

LINK = CellLink(run_id="r1", notebook="output.ipynb", cell_id="candidate-linear")


def row(rank, name, score, **more):
    return LeaderboardRow(
        rank=rank,
        name=name,
        score=score,
        link=LINK,
        reason="",
        **{"state": TrialState.COMPLETE} | more,
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.943, "0.9430"), (0.98765, "0.9877"), (3212.4, "3212"), (0.5, "0.5000"), (None, "–")],
)
def test_a_number_shows_four_digits(value, shown):
    assert format_number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.44, "0.4 s"), (12.3, "12 s"), (185, "3 min 5 s"), (None, "–")]
)
def test_a_span_is_said_as_people_say_it(value, shown):
    assert format_seconds(value) == shown


def test_sizes_are_said_as_people_say_them():
    assert (format_memory(310e6), format_memory(1.23e9)) == ("310 MB", "1.2 GB")


def test_a_score_shows_its_interval():
    assert format_score_interval(Score(metric="r2", score=0.5, rows=9, low=0.4, high=0.6)) == (
        "0.5000 [0.4000, 0.6000]"
    )


def test_columns_line_up_under_wide_characters():
    table = format_table(("name", "n"), [("年齢", 1), ("é\u0301", 22)], right=(1,))

    assert table == "name   n\n年齢   1\né\u0301     22"


def test_a_leaderboard_names_the_cell_of_every_row():
    leaderboard = Leaderboard(
        run_id="r1",
        metric="r2",
        higher_is_better=True,
        rows=(
            row(1, "linear", Score(metric="r2", score=0.5, rows=9), trial=0, fit_s=1.5, weight=1.0),
            row(2, "x\x1b[2J", None, trial=1, state=TrialState.FAIL),
        ),
        holdout=Score(metric="r2", score=0.25, rows=1234),
        holdout_link=CellLink(run_id="r1", notebook="output.ipynb", cell_id="holdout"),
    )

    assert formatters.format_leaderboard(leaderboard) == (
        "Run r1 · r2, higher is better\n"
        "\n"
        "   name      trial  score [95% interval]    fit  weight  cell\n"
        "1  linear        0  0.5000                1.5 s     1.0  candidate-linear\n"
        "2  x\\x1b[2J      1  fail                      –          candidate-linear\n"
        "\n"
        "Holdout: 0.2500 on 1,234 rows (cell holdout).\n"
        "The cells are in output.ipynb."
    )


def test_a_leaderboard_shows_the_further_metrics_of_its_rows():
    score = Score(metric="r2", score=0.5, rows=9)
    rows = (row(1, "linear", score, also={"mae": 2.0}), row(2, "dummy", score))
    text = formatters.format_leaderboard(
        Leaderboard(run_id="r1", metric="r2", higher_is_better=True, rows=rows)
    ).splitlines()

    assert text[2].split()[-4:] == ["mae", "fit", "weight", "cell"]
    assert "2.000" in text[3]
    assert "2.000" not in text[4]


def test_no_runs_say_how_to_make_one():
    assert "automl fit DATA --target COLUMN" in formatters.format_runs([])


def test_runs_show_how_each_ended():
    run = Run(
        run_id="r1",
        kind="search",
        notebook="search.ipynb",
        folder="/x",
        status=RunStatus.SUCCEEDED,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        started_at=datetime(2026, 1, 1, 0, 0, 0, tzinfo=UTC),
        ended_at=datetime(2026, 1, 1, 0, 1, 5, tzinfo=UTC),
        result={"best": "linear", "cv": {"metric": "r2", "score": 0.5, "rows": 9}},
    )

    line = formatters.format_runs([run]).splitlines()[1]

    started = run.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
    assert " ".join(line.split()) == f"r1 search succeeded {started} 1 min 5 s linear r2 0.5000"


def test_a_rerun_that_differs_names_its_inputs():
    repeated = RerunResult(
        equal=False, differs=("data",), details={"data": "sha256:1 → 2"}, outcome=None
    )

    assert (
        formatters.format_rerun(repeated)
        == "Not equal.\nDifferent inputs: data.\n  data: sha256:1 → 2"
    )


def test_a_model_version_says_how_it_is_loaded():
    version = ModelVersion(
        name="m",
        version=3,
        run_id="r1",
        uri="models:/m/3",
        manifest_sha256="x",
        aliases=("candidate",),
    )

    assert formatters.format_model_version(version, "sqlite:///here.db") == (
        "Registered m version 3.\n"
        "  from run  r1\n"
        "  alias     candidate\n"
        "  store     export MLFLOW_TRACKING_URI=sqlite:///here.db\n"
        "  load      mlflow.pyfunc.load_model('models:/m@candidate')\n"
        "  predict   automl predict models:/m@candidate INPUT -o OUTPUT"
    )
