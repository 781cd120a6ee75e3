"""Step 7: the model, why it and not the others, and what to be careful about."""

from __future__ import annotations

import shlex

from automl_magic.look.numbers import number, score_text, seconds
from automl_magic.pages import Board
from automl_magic.reasons import Reason
from automl_magic.records import DecisionKind, LeaderboardRow, Score
from automl_magic.runs.plan_folder import slug
from automl_magic.tasks.metrics import METRICS
from automl_magic.wizard.attempt import EXECUTED_NOTEBOOK, MODEL_NOTEBOOK
from automl_magic.wizard.blocks import (
    Block,
    bars,
    buttons,
    code,
    facts,
    heading,
    link,
    more,
    notes,
    paragraph,
    table,
)
from automl_magic.wizard.session import REPORT, Result, Session
from automl_magic.wizard.words import metric

NAME = "Result"
TITLE = "Your model"
LEAD = "Measured on rows that it had not seen."
_MOST_OTHERS, _MOST_BARS = 12, 8


def blocks(session: Session) -> list[Block]:
    result = session.result
    assert result is not None
    board = Board.of(result.board, result.run)
    return [
        *_headline(board),
        facts(_facts(result, board)),
        heading("What to be careful about"),
        notes("", _careful(result)),
        heading("Why this model"),
        *_why(result, board),
        _comparison(board),
        _others(result),
        heading("What you can do with it"),
        *_links(session),
        _registration(session, result),
        code(_next_lines(result)),
    ]


def _headline(board: Board) -> list[Block]:
    best = board.leaderboard.holdout or (board.model.score if board.model else None)
    if best is None:
        return [paragraph("No model was scored; the table of trials says why.")]
    measured = (
        f"on {best.rows:,} rows that no choice has seen"
        if board.leaderboard.holdout
        else "in cross-validation"
    )
    return [
        paragraph(
            f"The recommended model is {board.model_name}. It has {metric(best.metric)} "
            f"{number(best.score)}{_interval(best)} {measured}."
        ),
        paragraph(f"{metric(best.metric)}: {METRICS[best.metric].in_words}", soft=True),
    ]


def _interval(score: Score) -> str:
    if score.low is None or score.high is None:
        return ""
    return f" (95 % interval {number(score.low)} to {number(score.high)})"


def _facts(result: Result, board: Board) -> list[tuple[str, str]]:
    model, holdout = board.model, board.leaderboard.holdout
    known = [("Run", result.run.run_id)]
    if holdout is not None:
        known.append(("On held-out rows", f"{score_text(holdout)}, {holdout.rows:,} rows"))
    if model is not None and model.score is not None:
        known.append(("In cross-validation", score_text(model.score)))
        if model.row_latency_ms is not None:
            known.append(("One prediction", f"{model.row_latency_ms:.3g} ms"))
    tried = sum(row.trial is not None for row in board.leaderboard.rows)
    known.append(("Trials", f"{tried:,}"))
    if (search_s := result.run.result.get("search_s")) is not None:
        known.append(("Search", seconds(search_s)))
    return known


def _careful(result: Result) -> list[tuple[str, str, str]]:
    found = [("warning", sentence, "") for sentence in result.account.advice]
    found += [("warning", f"{r.about}: {r.choice}", r.why) for r in _noticed(result)]
    holdout = result.board.holdout
    if holdout is None:
        text = "No rows were kept aside, so the score comes from the rows that chose the model."
        found.append(("warning", text, "Measure it on new rows before you rely on it."))
    elif holdout.low is not None and holdout.high is not None and holdout.rows < 500:
        text = f"The score was measured on {holdout.rows:,} rows; its interval is wide for that."
        found.append(("info", text, "More rows make it narrower."))
    found.append(
        (
            "info",
            "The score holds for rows like these. Where the world changes, it falls.",
            "Compare with new outcomes from time to time.",
        )
    )
    return found


def _noticed(result: Result) -> tuple[Reason, ...]:
    section = result.account.section("noticed")
    return section.reasons if section else ()


def _why(result: Result, board: Board) -> list[Block]:
    """Say why the model is what it is: against the best single trial, and each part of it."""
    section = result.account.section("model")
    reasons = section.reasons if section else ()
    members = [reason for reason in reasons if reason.about == DecisionKind.TRIAL]
    rows = [
        (r.candidate or r.label, r.choice, number(r.score.score) if r.score else "–", r.why)
        for r in members
    ]
    others = [reason for reason in reasons if reason not in members]
    return [
        paragraph(_against_the_best(board)),
        table(
            "What the model is made of",
            ["Model", "Part", f"{metric(board.leaderboard.metric)} alone", "Why it is a part"],
            rows,
            numbers=(2,),
        ),
        more(
            "How the parts become one answer",
            [
                table(
                    "What was decided about the model",
                    ["About", "Choice", "Why"],
                    [(r.label, r.choice, r.why) for r in others],
                )
            ],
        ),
    ]


def _against_the_best(board: Board) -> str:
    single = next((row for row in board.complete if row.trial is not None), None)
    model, members = (
        board.model,
        [row for row in board.complete if row.trial is not None and row.weight],
    )
    if single is None or model is None or single.score is None or model.score is None:
        return ""
    name = metric(board.leaderboard.metric)
    if len(members) < 2:
        return (
            f"No blend of trials scored better in cross-validation than {board.model_name} alone."
        )
    return (
        f"Together its parts have {name} {number(model.score.score)} in cross-validation; the best "
        f"single trial, {single.name}, has {number(single.score.score)}."
    )


def _comparison(board: Board) -> Block:
    rows = [row for row in board.complete if row.score is not None][:_MOST_BARS]
    measure = METRICS[board.leaderboard.metric]
    scores = [row.score.score for row in rows if row.score is not None]
    low, high = min(scores, default=0.0), max(scores, default=1.0)
    span = (high - low) or 1.0

    def share(row: LeaderboardRow) -> float:
        assert row.score is not None
        distance = (row.score.score - low) / span
        return 0.15 + 0.85 * (distance if measure.higher_is_better else 1 - distance)

    better = "higher" if measure.higher_is_better else "lower"
    return bars(
        f"The best {len(rows)} by {metric(measure.name)} in cross-validation, where "
        f"{better} is better; the longest bar is the best, and bars do not begin at zero",
        [(_name(row), share(row), score_text(row.score)) for row in rows],
    )


def _name(row: LeaderboardRow) -> str:
    return "the model" if row.trial is None else row.name


def _others(result: Result) -> Block:
    section = result.account.section("trials")
    reasons = section.reasons if section else ()
    dropped = [r for r in reasons if not r.choice.startswith(("in the model", "is the model"))]
    rows = [
        (r.candidate or r.label, number(r.score.score) if r.score else "–", r.choice, r.why)
        for r in dropped[:_MOST_OTHERS]
    ]
    more_of_them = len(dropped) - len(rows)
    caption = "Every trial that is not a part of the model" + (
        f"; {more_of_them} more are on the leaderboard" if more_of_them > 0 else ""
    )
    return more(
        f"Why not the other {len(dropped)}",
        [table(caption, ["Model", "Score", "What became of it", "Why"], rows, numbers=(1,))],
    )


def _links(session: Session) -> list[Block]:
    folder = session.result_folder
    offered = [
        (
            EXECUTED_NOTEBOOK,
            "Open the executed notebook",
            "every number and picture of the search, cell by cell",
        ),
        (
            MODEL_NOTEBOOK,
            "Open the model's own notebook",
            "runs without automl-magic and gives the same score",
        ),
        (REPORT, "Open the report", "what the model looks at, its mistakes, and a page to mail"),
    ]
    shown = [
        link(label, (folder / name).relative_to(session.folder).as_posix(), note)
        for name, label, note in offered
        if (folder / name).exists() and (name != REPORT or session.report is not None)
    ]
    if session.is_explaining:
        text = "The model is being explained; that takes up to a minute."
        shown.append(notes("", [("info", text, "The report will stand here.")]))
    elif session.report is None:
        shown.append(buttons([("explain", "Explain the model", "plain")]))
    return shown


def _registration(session: Session, result: Result) -> Block:
    version = session.registered
    if version is not None:
        aliases = ", ".join(version.aliases)
        text = f"Registered as {version.name}, version {version.version} ({aliases})."
        return notes("", [("done", text, f"Load it: models:/{version.name}@candidate")])
    suggested = session.answers.model or _model_name(session)
    return {
        "type": "register",
        "label": "Name of the model in the registry",
        "value": suggested,
        "button": "Register the model",
        "run_id": result.run.run_id,
    }


def _model_name(session: Session) -> str:
    name = slug(session.table.dataset.name if session.table else "model")
    return name if name[:1].isalpha() else f"model-{name}"


def _next_lines(result: Result) -> dict[str, str]:
    run_id = shlex.quote(result.run.run_id)
    return {
        "Notebook": "\n".join(
            [
                f"%automl leaderboard {run_id}",
                f"%automl why {run_id}",
                f"%automl rerun {run_id}",
                f"%automl predict {run_id} new.csv -o scores.csv",
            ]
        ),
    }
