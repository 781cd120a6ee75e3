"""Step 6: the search while it goes on."""

from __future__ import annotations

from automl_magic.look.numbers import number, seconds
from automl_magic.wizard.attempt import Attempt
from automl_magic.wizard.blocks import (
    Block,
    buttons,
    notes,
    paragraph,
    problem,
    progress,
    table,
)
from automl_magic.wizard.session import Session
from automl_magic.wizard.words import metric

NAME = "Run"
TITLE = "Searching for a model"
LEAD = "You may close this page; the search goes on as long as the notebook's kernel does."


def blocks(session: Session) -> list[Block]:
    attempt = session.attempt
    if attempt is None:
        return [
            paragraph("Nothing runs at the moment."),
            buttons([("start", "Start the search", "main")]),
        ]
    if attempt.problem is not None:
        return [
            {"type": "problem", **problem(attempt.problem)},
            buttons([("start", "Try again", "main")]),
        ]
    if attempt.is_over and session.result is None and session.busy is None:
        return [
            paragraph("The run was cancelled; nothing was kept of it but its record."),
            buttons([("start", "Start again", "main")]),
        ]
    return [_progress(attempt), *_latest(attempt), *_controls(attempt)]


def _progress(attempt: Attempt) -> Block:
    known = attempt.progress
    if attempt.is_over:
        label = "Finished; reading the result"
    elif known.run_id is None:
        label = "Writing the notebooks"
    elif known.cell_id is None:
        label = "Starting"
    else:
        label = (
            f"Step {min(known.cells_done + 1, known.n_cells)} of {known.n_cells}: {known.cell_id}"
        )
        if known.left_s is not None and known.left_s > 0:
            label += f", {seconds(known.left_s)} left"
    return progress(
        label,
        done=known.cells_done,
        of=known.n_cells,
        points=attempt.points,
        metric=metric(attempt.metric),
    )


def _latest(attempt: Attempt) -> list[Block]:
    if not attempt.latest:
        return []
    best = attempt.progress.best
    rows = [
        (
            event.get("number", ""),
            event.get("candidate", ""),
            number(event.get("score"))
            if event.get("score") is not None
            else event.get("state", ""),
            seconds(event.get("elapsed_s")),
        )
        for event in attempt.latest
    ]
    shown = f"{number(best)}" if best is not None else "none yet"
    return [
        table(
            f"The latest trials; the best {metric(attempt.metric)} so far is {shown}",
            ["Trial", "Model", "Score", "After"],
            rows,
            numbers=(0, 2, 3),
        )
    ]


def _controls(attempt: Attempt) -> list[Block]:
    if attempt.is_over:
        return []
    if attempt.is_stopping:
        return [
            notes("Stopping", [("info", "It keeps the best so far and finishes it.", "")]),
            buttons([("cancel", "Cancel everything", "danger")]),
        ]
    if attempt.run_id is None:
        return []
    return [
        buttons(
            [("stop", "Stop and keep the best", "plain"), ("cancel", "Cancel everything", "danger")]
        )
    ]
