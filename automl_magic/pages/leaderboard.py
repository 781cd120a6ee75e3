"""The leaderboard as a page: what won, a chart, a table, and the cells behind the numbers."""

from __future__ import annotations

from urllib.parse import quote

from automl_magic.look.html import block, joined, lines, tag, text
from automl_magic.look.numbers import number, seconds
from automl_magic.pages.board import Board, Cell
from automl_magic.pages.problem import problem
from automl_magic.pages.score_chart import score_chart
from automl_magic.records import LeaderboardRow, Link, Score, TrialState

HEADS = (
    ("Rank", "number"),
    ("Model", "text"),
    ("Score [95 % interval]", "number"),
    ("Folds", "number"),
    ("Fit", "number"),
    ("Weight", "number"),
    ("Why it was tried", "text"),
)


def board_page(board: Board) -> str:
    """Return the page of a run as one HTML block that brings its style along."""
    rows = board.leaderboard.rows
    if not rows:
        return problem(
            "This run has no trials.",
            "It ended before its first model was scored.",
            "Run it again, or give it a longer --budget.",
        )
    return block(
        _header(board),
        tag(
            "section",
            tag("h2", "Scores"),
            _chart(board),
            tag("p", _legend(board), class_="am-soft"),
        ),
        tag("section", tag("h2", "All trials"), _table(board)),
        _cells(board),
        data_run_id=board.leaderboard.run_id,
    )


def _header(board: Board) -> str:
    title = "Leaderboard"
    if board.target is not None:
        title = f"Which model predicts {tag('q', text(board.target, 80))} best?"
    return tag(
        "header", tag("h1", title), tag("p", _summary(board), class_="am-lead"), _facts(board)
    )


def _summary(board: Board) -> str:
    best, leaderboard = board.model, board.leaderboard
    if best is None or best.score is None:
        return "No trial of this run was scored; the table says why."
    sentence = (
        f"The model is {tag('b', text(board.model_name, 60))} with "
        f"{text(leaderboard.metric)} {_number(best.score.score, best.link)}"
    )
    if best.score.low is not None and best.score.high is not None:
        sentence += (
            f" (95 % interval {_number(best.score.low, best.link)} to "
            f"{_number(best.score.high, best.link)})"
        )
    sentence += " in cross-validation"
    if leaderboard.holdout is None:
        return sentence + "; no rows were held out."
    holdout, link = leaderboard.holdout, leaderboard.holdout_link or best.link
    return (
        f"{sentence}, and {_number(holdout.score, link)}{_interval(holdout, link)} on "
        f"{holdout.rows:,} held-out rows that no choice has seen."
    )


def _interval(score: Score, link: Link) -> str:
    if score.low is None or score.high is None:
        return ""
    return f" [{_number(score.low, link)}, {_number(score.high, link)}]"


def _facts(board: Board) -> str:
    leaderboard, run = board.leaderboard, board.run
    better = "higher" if leaderboard.higher_is_better else "lower"
    facts = [
        ("Run", tag("code", text(leaderboard.run_id))),
        *([("Data", text(board.data, 60))] if board.data is not None else []),
        ("Metric", f"{text(leaderboard.metric)}, {better} is better"),
        ("Trials", f"{sum(row.trial is not None for row in leaderboard.rows):,}"),
    ]
    if run is not None:
        facts.append(("Status", text(run.status.value)))
        facts.append(("Started", text(run.created_at.strftime("%Y-%m-%d %H:%M UTC"))))
        if run.started_at and run.ended_at:
            facts.append(("Took", seconds((run.ended_at - run.started_at).total_seconds())))
    pairs = joined(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts)
    return tag("dl", pairs, class_="am-facts")


def _chart(board: Board) -> str:
    leaderboard = board.leaderboard
    chart = score_chart(board.complete, leaderboard.metric, leaderboard.holdout, _linked)
    return _scrolling(chart, "Scores by model")


def _scrolling(content: str, label: str) -> str:
    """Return wide content in a region that scrolls, also by keyboard."""
    return tag("div", content, class_="am-scroll", tabindex=0, role="region", aria_label=label)


def _legend(board: Board) -> str:
    shown = min(len(board.complete), 12)
    said = f"The best {shown} of {len(board.complete)} scored models. " if shown else ""
    said += (
        "A line is the 95 % interval of the dot; where two overlap much, the order may be chance."
    )
    if board.leaderboard.holdout is not None:
        said += " The dashed line is the holdout."
    return said


def _table(board: Board) -> str:
    metric = text(board.leaderboard.metric)
    heads = joined(tag("th", name, scope="col", data_sort=sort) for name, sort in HEADS)
    table = tag(
        "table",
        tag("caption", f"Every trial on the same folds, best first, by {metric}."),
        tag("thead", tag("tr", heads)),
        tag("tbody", joined(_row(board, row) for row in board.leaderboard.rows)),
    )
    return _scrolling(table, "All trials")


def _row(board: Board, row: LeaderboardRow) -> str:
    link = row.link
    score = tag("i", text(row.state.value))
    if (scored := row.score if row.state is TrialState.COMPLETE else None) is not None:
        score = _number(scored.score, link) + _interval(scored, link)
    folds = board.fold_scores(row) if scored else ()
    spread = (
        f"{_link(number(min(folds), 3), link)} to {_link(number(max(folds), 3), link)}"
        if folds
        else "–"
    )
    fit = "–" if row.fit_s is None else _link(seconds(row.fit_s), link)
    weight = "–" if row.weight is None else _link(number(row.weight, 2), link)
    spread_value = max(folds) - min(folds) if folds else None
    return tag(
        "tr",
        tag("td", str(row.rank), class_="am-num", data_value=row.rank),
        tag("th", text(row.name, 60), scope="row"),
        tag("td", score, class_="am-num", data_value=scored.score if scored else None),
        tag("td", spread, class_="am-num", data_value=spread_value),
        tag("td", fit, class_="am-num", data_value=row.fit_s),
        tag("td", weight, class_="am-num", data_value=row.weight),
        tag("td", text(row.reason, 300), class_="am-why"),
        class_="am-winner" if row.rank == 1 else None,
    )


def _number(value: float, link: Link) -> str:
    return _link(number(value), link)


def _link(shown: str, link: Link) -> str:
    return _linked(text(shown), link)


def _linked(content: str, link: Link) -> str:
    """Return a number as a link to the cell that made it."""
    return tag(
        "a",
        content,
        href="#" + quote(_anchor(link.run_id, link.cell_id)),
        title=f"made by cell {link.cell_id} of {link.notebook}",
        data_run_id=link.run_id,
        data_notebook=link.notebook,
        data_cell_id=link.cell_id,
    )


def _anchor(run_id: str, cell_id: str) -> str:
    return f"cell-{run_id}-{cell_id}"


def _cells(board: Board) -> str:
    code = [cell for cell in board.cells if cell.is_code and cell.id]
    if not code:
        return ""
    run_id = board.leaderboard.run_id
    return tag(
        "section",
        tag("h2", "The cells behind the numbers"),
        tag(
            "p",
            "The executed notebook, read-only. A number above leads to its cell.",
            class_="am-soft",
        ),
        joined(_cell(cell, run_id) for cell in code),
    )


def _cell(cell: Cell, run_id: str) -> str:
    why = tag("p", text(cell.why, 500), class_="am-soft") if cell.why else ""
    # The anchor is inside, because a browser opens the <details> around a link's destination.
    inside = tag(
        "div", why, tag("pre", tag("code", lines(cell.source))), id=_anchor(run_id, cell.id)
    )
    return tag("details", tag("summary", tag("code", text(cell.id))), inside, class_="am-cell")
