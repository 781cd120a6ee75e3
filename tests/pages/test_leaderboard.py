import re
from dataclasses import replace
from html.parser import HTMLParser

from automl_magic.decision_log import DecisionLog, LogSection, Reason, TrialOutcome
from automl_magic.display.html import lines, tag, text
from automl_magic.errors import AutomlMagicError
from automl_magic.pages import LeaderboardView, error_page, leaderboard_page
from automl_magic.pages.cells import Cell
from automl_magic.pages.pareto_chart import pareto_chart
from automl_magic.pages.score_chart import score_chart
from automl_magic.records import CellLink, Leaderboard, LeaderboardRow, Score, TrialState

HOSTILE = "\"><script>alert(1)</script>\n' onload='x'\x00\ud800<!-- ]]> &amp; $x^$ \u202e"


def link(cell_id):
    return CellLink(run_id="r1", notebook="output.ipynb", cell_id=cell_id)


def row(rank, name, score, low=None, high=None, state=TrialState.COMPLETE):
    value = None if score is None else Score(metric="r2", score=score, rows=9, low=low, high=high)
    return LeaderboardRow(
        rank=rank,
        name=name,
        score=value,
        link=link(f"cell-{rank}"),
        state=state,
        reason=name,
        trial=rank,
    )


def board_of(*rows, cells=None):
    leaderboard = Leaderboard(run_id="r1", metric="r2", higher_is_better=True, rows=rows)
    made = [Cell(f"cell-{r.rank}", is_code=True, source=f"x = {r.name}") for r in rows]
    return LeaderboardView(
        leaderboard, target=HOSTILE, cells=tuple(made if cells is None else cells)
    )


class Elements(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_a_hostile_value_stays_text_in_content_and_in_attributes():
    element = tag("p", text(HOSTILE), title=HOSTILE)

    assert Elements(element).found == [
        (
            "p",
            {
                "title": HOSTILE.replace("\n", r"\n")
                .replace("\x00", r"\x00")
                .replace("\ud800", r"\ud800")
                .replace("\u202e", r"\u202e")
            },
        )
    ]
    element.encode("utf-8")


def test_source_keeps_its_lines():
    assert lines("a\n\tb < c\x1b") == r"a" + "\n" + r"    b &lt; c\x1b"


def test_hostile_names_bring_no_element_onto_the_page():
    plain = Elements(leaderboard_page(board_of(row(1, "a", 0.9, 0.8, 0.95), row(2, "b", 0.8))))
    hostile = Elements(
        leaderboard_page(board_of(row(1, HOSTILE, 0.9, 0.8, 0.95), row(2, HOSTILE, 0.8)))
    )

    assert [name for name, _ in hostile.found] == [name for name, _ in plain.found]
    assert "script" not in {name for name, _ in hostile.found}


def test_further_metrics_have_a_column_each():
    plain = leaderboard_page(board_of(row(1, "a", 0.9), row(2, "b", 0.8)))
    page = leaderboard_page(
        board_of(replace(row(1, "a", 0.9), also={HOSTILE: 0.25}), row(2, "b", 0.8))
    )

    assert f'<th scope="col" data-sort="number">{text(HOSTILE)}</th>' in page
    assert page.count("<td") == plain.count("<td") + 2
    assert ">0.2500<" in page


def test_every_number_carries_its_run_notebook_and_cell():
    page = leaderboard_page(board_of(row(1, "a", 0.9, 0.8, 0.95), row(2, "b", 0.8)))
    elements = Elements(page).found
    ids = {attributes["id"] for _, attributes in elements if "id" in attributes}
    links = [attributes for name, attributes in elements if name == "a"]

    assert len(links) == 3 + 3 + 1 + 2  # the sentence, two rows, two chart values
    for found in links:
        assert found["data-run-id"] == "r1"
        assert found["data-notebook"] == "output.ipynb"
        assert found["data-cell-id"] in ("cell-1", "cell-2")
        assert found["href"].removeprefix("#") in ids


def test_the_table_has_a_caption_and_scopes():
    elements = Elements(leaderboard_page(board_of(row(1, "a", 0.9)))).found

    assert ("caption", {}) in elements
    assert {a["scope"] for name, a in elements if name == "th"} == {"col", "row"}


def test_the_summary_names_the_final_model_not_the_best_trial():
    alone = [row(1, "kernel", 0.9), row(2, "ensemble", 0.88), row(3, "mlp", 0.88)]
    one = [alone[0], replace(alone[1], trial=None), replace(alone[2], weight=1.0)]
    two = [replace(alone[0], weight=0.5), one[1], replace(alone[2], weight=0.5)]

    page = leaderboard_page(board_of(*one))
    assert "The model is <b>mlp</b>. In cross-validation, r2 is <a " in page
    assert re.search(r'r2 is <a [^>]*cell-2"[^>]*>0.8800</a>', page)
    assert "The model is a blend of <b>2</b> trials." in leaderboard_page(board_of(*two))
    assert "The model is <b>kernel</b>." in leaderboard_page(board_of(*alone[:1]))


def test_the_chart_has_a_text_alternative_with_its_numbers():
    chart = score_chart([row(1, "a", 0.9, 0.8, 0.95)], "r2", None, lambda content, _: content)

    assert "<desc>r2 of the best model: a 0.9000 [0.8000, 0.9500]</desc>" in chart
    assert 'aria-label="Scores by model (r2)"' in chart


def test_a_score_far_behind_does_not_squeeze_the_others():
    rows = [row(i, f"m{i}", s) for i, s in enumerate((0.97, 0.96, 0.95, 0.94, -50.0), 1)]

    chart = score_chart(rows, "r2", None, lambda content, _: content)

    positions = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', chart)]
    assert len(positions) == 4
    assert max(positions) - min(positions) > 200
    # Inwards from its edge: the number of the row stands beyond it.
    assert re.search(r'text-anchor="start"[^>]*>◂ off the scale', chart)


def test_equal_scores_still_have_a_scale():
    chart = score_chart(
        [row(1, "a", 0.5), row(2, "b", 0.5)], "r2", None, lambda content, _: content
    )

    assert chart.count("<circle") == 2


def test_a_failed_trial_shows_its_state_instead_of_a_score():
    page = leaderboard_page(board_of(row(1, "a", 0.9), row(2, "b", None, state=TrialState.FAIL)))

    assert "<i>fail</i>" in page


def test_a_run_without_trials_says_so():
    page = leaderboard_page(board_of())

    assert "This run has no trials." in page
    assert 'role="alert"' in page


def test_a_problem_shows_its_three_parts_as_text():
    page = error_page(AutomlMagicError("No <b>run</b>.", why="w", fix="f"))

    assert "No &lt;b&gt;run&lt;/b&gt;." in page


def priced(rank, name, score, ms, size, *, on_front):
    return replace(row(rank, name, score), row_latency_ms=ms, size_bytes=size, on_front=on_front)


def test_the_front_is_marked_by_shape_and_text_not_only_by_colour():
    rows = [
        priced(1, "blend", 0.9, 4.0, 9_000_000, on_front=True),
        priced(2, "linear", 0.8, 0.1, 20_000, on_front=True),
        priced(3, "slow", 0.7, 5.0, 1_000_000, on_front=False),
    ]

    chart = pareto_chart(rows, "r2", higher_is_better=True)

    assert "blend (0.9000, 4 ms, 9.0 MB) is on the Pareto front." in chart
    assert "slow (0.7000, 5 ms, 1.0 MB) is dominated." in chart
    assert (chart.count("<polygon"), chart.count("<circle")) == (2, 1)


def test_the_line_joins_only_what_leads_by_score_and_time():
    rows = [
        priced(1, "slow", 0.95, 9.0, 1, on_front=True),
        priced(2, "small", 0.7, 4.0, 1, on_front=True),
        priced(3, "quick", 0.8, 0.1, 9, on_front=True),
    ]

    chart = pareto_chart(rows, "r2", higher_is_better=True)

    (line,) = re.findall(r'<path d="([^"]+)" fill="none" class="am-front-line"', chart)
    assert line.count("L") == 1


def test_lower_scores_stand_higher_where_lower_is_better():
    rows = [
        priced(1, "good", 1.0, 4.0, 1, on_front=True),
        priced(2, "bad", 9.0, 0.1, 1, on_front=True),
    ]

    chart = pareto_chart(rows, "rmse", higher_is_better=False)
    tops = [
        float(points.split(",")[1].split()[0]) for points in re.findall('points="([^"]+)', chart)
    ]

    assert tops[0] < tops[1]


def test_hostile_names_stay_text_in_the_front():
    rows = [priced(i, HOSTILE, 0.9 / i, i, i, on_front=True) for i in (1, 2, 3)]

    found = {name for name, _ in Elements(pareto_chart(rows, HOSTILE, higher_is_better=True)).found}

    assert found <= {"svg", "desc", "line", "text", "path", "polygon", "a"}


def test_exclusions_have_a_reason_and_a_cell():
    told = DecisionLog(
        run_id="r1",
        status="succeeded",
        folder="/x",
        notebook="output.ipynb",
        limited_to=None,
        advice=(),
        missing=(),
        sections=(
            LogSection(
                name="trials",
                title="t",
                reasons=(
                    Reason(
                        about="trial",
                        name="0",
                        choice="in the model, weight 1",
                        why="",
                        candidate="a",
                        outcome=TrialOutcome.MEMBER,
                    ),
                    Reason(
                        about="trial",
                        name="1",
                        choice="dropped",
                        why="No better.",
                        candidate="b",
                        outcome=TrialOutcome.DROPPED,
                    ),
                ),
            ),
            LogSection(
                name="columns",
                title="c",
                reasons=(Reason(about="column", name=HOSTILE, choice="excluded", why="An id."),),
            ),
        ),
    )
    board = replace(board_of(row(0, "a", 0.9), row(1, "b", 0.8)), decision_log=told)

    page = leaderboard_page(board)

    assert "Trials: 1 dropped." in page
    assert "Dropped: No better." in page
    assert "An id." in page
    assert "script" not in {name for name, _ in Elements(page).found}
