"""Step 6: the running search."""

from __future__ import annotations

from automl_magic.display.numbers import format_number, format_seconds
from automl_magic.display.translation import _, ngettext
from automl_magic.wizard.blocks import (
    Block,
    buttons,
    notes,
    paragraph,
    problem,
    progress,
    table,
)
from automl_magic.wizard.formatting import format_metric
from automl_magic.wizard.session import WizardSession
from automl_magic.wizard.wizard_run import WizardRun


def name() -> str:
    return _("Run")


def title() -> str:
    return _("Searching for a model")


def lead() -> str:
    return _("You can close this page. The search runs as long as the notebook's kernel does.")


def blocks(session: WizardSession) -> list[Block]:
    attempt = session.wizard_run
    if attempt is None:
        return [
            paragraph(_("No search is running.")),
            buttons([("start", _("Start the search"), "main")]),
        ]
    if attempt.problem is not None:
        return [
            {"type": "problem", **problem(attempt.problem)},
            buttons([("start", _("Try again"), "main")]),
        ]
    if attempt.is_finished and session.result is None and session.busy is None:
        return [
            paragraph(_("The run was cancelled. Only its record was kept.")),
            *(paragraph(sentence) for sentence in _outcome_advice(attempt)),
            buttons([("start", _("Start again"), "main")]),
        ]
    return [_progress(attempt), *_latest(attempt), *_controls(attempt)]


def _outcome_advice(attempt: WizardRun) -> tuple[str, ...]:
    return attempt.outcome.advice if attempt.outcome is not None else ()


def _progress(attempt: WizardRun) -> Block:
    state = attempt.progress
    return progress(
        _progress_text(attempt),
        done=state.cells_done,
        of=state.n_cells,
        points=attempt.points,
        metric=format_metric(attempt.metric),
        chart_label=_chart_label(attempt),
    )


def _progress_text(attempt: WizardRun) -> str:
    state = attempt.progress
    if attempt.is_finished:
        return _("Finished. Reading the result.")
    if state.run_id is None:
        return _("Writing the notebooks")
    if state.cell_id is None:
        return _("Starting")
    if state.left_s is not None and state.left_s > 0:
        text = _("Step {i} of {n}: {cell}, {time} left")
    else:
        text = _("Step {i} of {n}: {cell}")
    return text.format(
        i=min(state.cells_done + 1, state.n_cells),
        n=state.n_cells,
        cell=state.cell_id,
        time=format_seconds(state.left_s),
    )


def _chart_label(attempt: WizardRun) -> str:
    """Return what a screen reader says of the chart of scores."""
    trials = [p for p in attempt.points if p["score"] is not None and not p["baseline"]]
    text = ngettext(
        "Scores of {n} trial over {time}.", "Scores of {n} trials over {time}.", len(trials)
    ).format(n=len(trials), time=format_seconds(max((p["at"] for p in trials), default=0.0)))
    best = next((p["best"] for p in reversed(trials) if p["best"] is not None), None)
    if best is None:
        return text
    return " ".join((text, _("The best so far is {score}.").format(score=format_number(best))))


def _latest(attempt: WizardRun) -> list[Block]:
    if not attempt.latest:
        return []
    best = attempt.progress.best
    rows = [
        (
            event.get("number", ""),
            event.get("candidate", ""),
            format_number(event.get("score"))
            if event.get("score") is not None
            else event.get("state", ""),
            format_seconds(event.get("elapsed_s")),
        )
        for event in attempt.latest
    ]
    if best is None:
        caption = _("Latest trials")
    else:
        caption = _("Latest trials. Best {metric} so far: {score}.").format(
            metric=format_metric(attempt.metric), score=format_number(best)
        )
    return [
        table(caption, [_("Trial"), _("Model"), _("Score"), _("After")], rows, numbers=(0, 2, 3))
    ]


def _controls(attempt: WizardRun) -> list[Block]:
    if attempt.is_finished:
        return []
    cancel = ("cancel", _("Cancel the run"), "danger")
    if attempt.is_stopping:
        return [
            notes(_("Stopping"), [("info", _("Finishing the best model so far."), "")]),
            buttons([cancel]),
        ]
    if attempt.run_id is None:
        return []
    return [buttons([("stop", _("Stop and keep the best"), "plain"), cancel])]
