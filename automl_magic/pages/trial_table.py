"""The table of all trials: sorted and filtered where there is a script, complete without one."""

from __future__ import annotations

from collections.abc import Mapping

from automl_magic.look.html import joined, tag, text
from automl_magic.look.numbers import file_size, milliseconds, number, seconds
from automl_magic.pages.board import Board
from automl_magic.pages.figure import scrolling
from automl_magic.pages.links import linked_interval, linked_number, linked_text
from automl_magic.reasons import Reason
from automl_magic.records import LeaderboardRow, TrialState

HEADS = (
    ("Rank", "number"),
    ("Model", "text"),
    ("Score [95 % interval]", "number"),
    ("Folds", "number"),
)
FURTHER_HEADS = (
    ("Fit", "number"),
    ("One row", "number"),
    ("Size", "number"),
    ("Weight", "number"),
    ("What became of it, and why it was tried", "text"),
)
# What a button shows alone: the word in a row's `data-is`, and the button's label.
FILTERS = (("model", "In the model"), ("front", "On the front"), ("dropped", "Left out"))


def trial_table(board: Board) -> str:
    """Return the table of a run's trials, with its filter above."""
    metric = text(board.leaderboard.metric)
    heads = joined(tag("th", name, scope="col", data_sort=sort) for name, sort in _heads(board))
    fates = board.fates
    table = tag(
        "table",
        tag("caption", f"Every trial on the same folds, best first, by {metric}."),
        tag("thead", tag("tr", heads)),
        tag("tbody", joined(_row(board, row, fates) for row in board.leaderboard.rows)),
        id="trials",
    )
    return _filter() + scrolling(table, "All trials")


def _heads(board: Board) -> tuple[tuple[str, str], ...]:
    also = ((text(name), "number") for name in board.leaderboard.also)
    return (*HEADS, *also, *FURTHER_HEADS)


def _filter() -> str:
    """Return the controls of the filter. A script shows them: without one they do nothing."""
    shown = (("", "All"), *FILTERS)
    buttons = joined(
        tag(
            "button",
            label,
            type="button",
            data_shows=word,
            aria_pressed="true" if not word else "false",
        )
        for word, label in shown
    )
    return tag(
        "div",
        tag(
            "label",
            "Show trials with ",
            tag("input", type="search", placeholder="a word, such as boost", autocomplete="off"),
        ),
        tag("span", buttons, role="group", aria_label="Show only"),
        tag("p", role="status", class_="am-soft"),
        class_="am-filter",
        data_of="trials",
        hidden="",
    )


def _row(board: Board, row: LeaderboardRow, fates: Mapping[int, Reason]) -> str:
    link = row.link
    score = tag("i", text(row.state.value))
    if (scored := row.score if row.state is TrialState.COMPLETE else None) is not None:
        score = linked_number(scored.score, link) + linked_interval(scored, link)
    folds = board.fold_scores(row) if scored else ()
    spread = "–"
    if folds:
        ends = (number(min(folds), 3), number(max(folds), 3))
        spread = " to ".join(linked_text(end, link) for end in ends)
    also = (row.also.get(name) for name in board.leaderboard.also)
    measures = (
        *((value, number(value)) for value in also),
        (row.fit_s, seconds(row.fit_s)),
        (row.row_latency_ms, milliseconds(row.row_latency_ms)),
        (row.size_bytes, file_size(row.size_bytes)),
        (row.weight, number(row.weight, 2)),
    )
    fate = None if row.trial is None else fates.get(row.trial)
    return tag(
        "tr",
        tag("td", str(row.rank), class_="am-num", data_value=row.rank),
        tag("th", text(row.name, 60), _badge(row), scope="row"),
        tag("td", score, class_="am-num", data_value=scored.score if scored else None),
        tag("td", spread, class_="am-num", data_value=max(folds) - min(folds) if folds else None),
        joined(
            tag(
                "td",
                "–" if value is None else linked_text(shown, link),
                class_="am-num",
                data_value=value,
            )
            for value, shown in measures
        ),
        tag("td", _story(row, fate), class_="am-why"),
        class_="am-winner" if row.rank == 1 else None,
        data_is=" ".join(_words(board, row)),
    )


def _badge(row: LeaderboardRow) -> str:
    return tag("span", "◆ on the front", class_="am-badge") if row.on_front else ""


def _words(board: Board, row: LeaderboardRow) -> list[str]:
    """Return what the filter's buttons may ask of a row."""
    is_model = bool(row.weight) or row.trial is None or row is board.model
    return [
        *(["model"] if is_model else ["dropped"]),
        *(["front"] if row.on_front else []),
    ]


def _story(row: LeaderboardRow, fate: Reason | None) -> str:
    """Return what became of a trial and why it was tried; without an account, the latter alone."""
    if fate is None:
        return text(row.reason, 300)
    became = f"{fate.choice}: {fate.why}" if fate.why else fate.choice
    story = tag("p", text(became[:1].upper() + became[1:], 300))
    tried = str(fate.evidence.get("tried_because", ""))
    if tried and tried != fate.why:
        story += tag("p", text(tried, 300), class_="am-soft")
    return story
