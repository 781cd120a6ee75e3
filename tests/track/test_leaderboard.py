import dataclasses
import html
from html.parser import HTMLParser

import pytest

from automl_magic.records import CellLink, Leaderboard, LeaderboardRow, Score, TrialState
from automl_magic.track import rank_trials, show

HOSTILE = "<script>alert(1)</script>\"'&\n\x1b[31m\0\ud800\u202e"


def link(cell_id):
    return CellLink(run_id="r1", notebook="output.ipynb", cell_id=cell_id)


def score(value, **changes):
    return Score(metric="accuracy", score=value, rows=100, **changes)


@pytest.fixture
def board(accuracy, make_trial):
    trials = [
        make_trial(0, 0.8, candidate="linear"),
        make_trial(1, None, candidate="forest", state=TrialState.FAIL),
        make_trial(2, 0.7, state=TrialState.PRUNED),
        make_trial(3, 0.9),
    ]
    return rank_trials(
        "r1",
        trials,
        accuracy,
        notebook="output.ipynb",
        weights={0: 0.25, 3: 0.75},
        ensemble=score(0.92, low=0.9, high=0.94),
        holdout=score(0.91),
    )


def test_rows_are_ordered_with_the_best_first(board, make_trial):
    assert [(row.rank, row.name, row.trial, row.weight) for row in board.rows] == [
        (1, "ensemble", None, None),
        (2, "boosting", 3, 0.75),
        (3, "linear", 0, 0.25),
        (4, "boosting", 2, None),
        (5, "forest", 1, None),
    ]
    assert board.rows[1] == LeaderboardRow(
        rank=2,
        name="boosting",
        score=make_trial(3, 0.9).score,
        link=link("candidate-boosting"),
        state=TrialState.COMPLETE,
        reason="one of the portfolio",
        trial=3,
        fit_s=0.25,
        weight=0.75,
    )


def test_a_lower_score_is_better_where_the_metric_says_so(accuracy, make_trial):
    metric = dataclasses.replace(accuracy, name="log_loss", higher_is_better=False)
    leaderboard = rank_trials(
        "r1", [make_trial(0, 0.8), make_trial(1, 0.2)], metric, notebook="n.ipynb"
    )

    assert [row.trial for row in leaderboard.rows] == [1, 0]


def test_of_equal_trials_the_first_comes_first(accuracy, make_trial):
    trials = [make_trial(n, 0.5) for n in (2, 0, 1)]
    leaderboard = rank_trials("r1", trials, accuracy, notebook="n.ipynb")

    assert [row.trial for row in leaderboard.rows] == [0, 1, 2]


def test_every_number_has_a_link_to_its_cell(board):
    assert [row.link.cell_id for row in board.rows] == [
        "ensemble",
        "candidate-boosting",
        "candidate-linear",
        "candidate-boosting",
        "candidate-forest",
    ]
    assert board.holdout_link == link("holdout")


def test_a_leaderboard_survives_json(board):
    assert Leaderboard.from_json(board.to_json()) == board


def test_it_reads_as_text(board):
    text = str(show(board))

    assert text.splitlines() == [
        "Leaderboard of run r1: 5 rows by accuracy in cross-validation, higher is better",
        "",
        "rank  name               accuracy  95%          weight  fit s  cell",
        "   1  ensemble               0.92  0.9 to 0.94                 ensemble",
        "   2  boosting                0.9  0.8 to 1       0.75    0.2  candidate-boosting",
        "   3  linear                  0.8  0.7 to 0.9     0.25    0.2  candidate-linear",
        "   4  boosting (pruned)       0.7  0.6 to 0.8             0.2  candidate-boosting",
        "   5  forest (fail)                                       0.2  candidate-forest",
        "",
        "Holdout: accuracy 0.91 on 100 holdout rows",
    ]


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))


def read(text):
    reader = _Reader()
    reader.feed(text)
    return reader.tags


def test_the_table_has_a_caption_and_scoped_headings(board):
    tags = read(show(board)._repr_html_())

    assert [tag for tag, _ in tags].count("caption") == 1
    assert {a["scope"] for tag, a in tags if tag == "th"} == {"col", "row"}


def test_each_number_is_an_anchor(board):
    anchors = [a for tag, a in read(show(board)._repr_html_()) if tag == "a"]

    assert [anchor["href"] for anchor in anchors] == [
        "run/r1/output.ipynb#ensemble",
        "run/r1/output.ipynb#candidate-boosting",
        "run/r1/output.ipynb#candidate-linear",
        "run/r1/output.ipynb#candidate-boosting",
        "run/r1/output.ipynb#holdout",
    ]
    assert (anchors[0]["data-run"], anchors[0]["data-notebook"], anchors[0]["data-cell"]) == (
        "r1",
        "output.ipynb",
        "ensemble",
    )


def test_a_hostile_name_stays_text(accuracy, make_trial):
    trial = make_trial(0, candidate=HOSTILE, reason=HOSTILE, cell_id=HOSTILE)
    table = show(rank_trials(HOSTILE, [trial], accuracy, notebook=HOSTILE, holdout=score(0.5)))
    text, markup = str(table), table._repr_html_()

    plain = show(rank_trials("r", [make_trial(0)], accuracy, notebook="n", holdout=score(0.5)))
    assert [tag for tag, _ in read(markup)] == [tag for tag, _ in read(plain._repr_html_())]
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert len(text.splitlines()) == len(str(plain).splitlines())
    markup.encode()
    text.encode()
    assert html.escape("<script>") in markup


def test_a_very_long_name_is_cut(accuracy, make_trial):
    leaderboard = rank_trials("r", [make_trial(0, candidate="x" * 10_000)], accuracy, notebook="n")

    assert max(map(len, str(show(leaderboard)).splitlines())) < 200


def test_the_table_gives_the_record_as_json(board):
    assert show(board).to_json() == board.to_json()
