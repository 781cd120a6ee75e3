"""The leaderboard as a page: what won, a chart, a table, and the cells behind the numbers."""

from __future__ import annotations

from automl_magic.look.html import block, joined, tag, text
from automl_magic.look.numbers import seconds
from automl_magic.pages.board import Board
from automl_magic.pages.cells import cells_section
from automl_magic.pages.dropped import dropped_section
from automl_magic.pages.figure import scrolling
from automl_magic.pages.front_chart import front_chart, measured
from automl_magic.pages.links import linked, linked_interval, linked_number
from automl_magic.pages.problem import problem
from automl_magic.pages.score_chart import score_chart
from automl_magic.pages.trial_table import trial_table


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
        _front(board),
        tag("section", tag("h2", "All trials"), trial_table(board)),
        dropped_section(board.account) if board.account else "",
        cells_section(board.cells, board.leaderboard.run_id),
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
        f"{text(leaderboard.metric)} {linked_number(best.score.score, best.link)}"
    )
    if best.score.low is not None and best.score.high is not None:
        sentence += (
            f" (95 % interval {linked_number(best.score.low, best.link)} to "
            f"{linked_number(best.score.high, best.link)})"
        )
    sentence += " in cross-validation"
    if leaderboard.holdout is None:
        return sentence + "; no rows were held out."
    holdout, link = leaderboard.holdout, leaderboard.holdout_link or best.link
    return (
        f"{sentence}, and {linked_number(holdout.score, link)}{linked_interval(holdout, link)} on "
        f"{holdout.rows:,} held-out rows that no choice has seen."
    )


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
    chart = score_chart(board.complete, leaderboard.metric, leaderboard.holdout, linked)
    return scrolling(chart, "Scores by model")


def _legend(board: Board) -> str:
    shown = min(len(board.complete), 12)
    said = f"The best {shown} of {len(board.complete)} scored models. " if shown else ""
    said += (
        "A line is the 95 % interval of the dot; where two overlap much, the order may be chance."
    )
    if board.leaderboard.holdout is not None:
        said += " The dashed line is the holdout."
    return said


def _front(board: Board) -> str:
    leaderboard = board.leaderboard
    shown = measured(leaderboard.rows)
    if len(shown) < 2:
        return ""
    chart = front_chart(
        leaderboard.rows, leaderboard.metric, higher_is_better=leaderboard.higher_is_better
    )
    on = sum(bool(row.on_front) for row in shown)
    better = "Up" if leaderboard.higher_is_better else "Up (lower scores)"
    said = (
        f"{better} and left is better, small is lighter. Of {len(shown)} that were measured, {on} "
        "are on the Pareto front (◆): nothing else beats them in score, time and size together. "
        "The dotted line joins those that lead by score and time alone. "
        "Only what the final model is made of is measured; the table below has the numbers."
    )
    return tag(
        "section",
        tag("h2", "Score, time and size"),
        tag("figure", scrolling(chart, "Score, time and size"), tag("figcaption", said)),
    )
