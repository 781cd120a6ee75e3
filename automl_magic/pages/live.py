"""A search while it runs: how far it is, its latest trials, and its log, as HTML."""

from __future__ import annotations

import time
from typing import Any

from automl_magic.look.html import block, joined, tag, text
from automl_magic.look.numbers import number, seconds
from automl_magic.pages.course import Course, Ended
from automl_magic.pages.figure import scrolling
from automl_magic.pages.links import made_by
from automl_magic.records import Link, Run, Trial

LATEST, LOGGED = 20, 40
NOTEBOOK = "output.ipynb"
_TOLD = ("run", "search", "decision", "trial")


def said_of(course: Course | None, run: Run | None) -> str:
    """Return one sentence, as plain text, for whoever listens instead of looking."""
    if run is None or course is None:
        return "No run is there yet. Start one: automl fit DATA --target COLUMN"
    parts = [f"Run {run.run_id} {_state(run)}"]
    scored = [ended for ended in course.ended.values() if ended.score is not None]
    if scored:
        others = len(course.ended) - len(scored)
        trials = "1 trial" if len(scored) == 1 else f"{len(scored)} trials"
        parts.append(f"{trials} scored" + (f", {others} without a score" if others else ""))
    best = course.best
    if best is not None:
        parts.append(f"best {course.metric or 'score'} {number(best.best, 5)} by {best.candidate}")
    return "; ".join(parts) + "."


def _state(run: Run) -> str:
    return {"running": "is searching", "succeeded": "has succeeded", "failed": "has failed"}.get(
        run.status.value, f"is {run.status.value}"
    )


def progress_block(course: Course | None, run: Run | None, *, is_asked: bool) -> str:
    """Return how far the run is. `is_asked` says whether somebody named it."""
    if run is None or course is None:
        return block(
            tag("p", "Nothing runs, and nothing has run yet.", class_="am-lead"),
            tag("p", "Start a search, and it will appear here: "),
            tag("p", tag("code", "automl fit DATA --target COLUMN")),
        )
    note = ""
    if run.status.is_end and not is_asked:
        note = tag(
            "p",
            "Nothing runs at the moment. This is how the newest run went; the next one that "
            "starts takes its place.",
        )
    left = course.left_now_s()
    best = course.best
    facts = [
        ("Run", tag("code", text(run.run_id))),
        ("Status", text(run.status.value)),
        ("Trials", f"{len(course.ended):,}"),
        ("Best", f"{number(best.best, 5)} by {text(best.candidate, 40)}" if best else "–"),
        ("Time left", "–" if run.status.is_end or left is None else seconds(left)),
    ]
    pairs = joined(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts)
    return block(note, tag("dl", pairs, class_="am-facts"), _cells(course))


def _cells(course: Course) -> str:
    if not course.n_cells:
        return ""
    done = min(course.cells_done, course.n_cells)
    label = f"Cell {min(done + 1, course.n_cells)} of {course.n_cells}: "
    bar = tag("progress", value=done, max=course.n_cells, aria_label="Cells of the notebook")
    return tag("p", label, tag("code", text(course.cell_id, 60)), " ", bar, class_="am-progress")


def trials_block(course: Course | None, run: Run | None) -> str:
    """Return the latest trials, newest first: what the picture shows, as a table."""
    if course is None or run is None or not course.ended:
        return block(tag("p", "No trial has ended yet.", class_="am-soft"))
    latest = sorted(course.ended.values(), key=lambda ended: -ended.number)[:LATEST]
    heads = joined(
        tag("th", name, scope="col", class_=kind)
        for name, kind in (
            ("Trial", "am-num"),
            ("Candidate", None),
            (text(course.metric or "Score", 30), "am-num"),
            ("Folds, from and to", "am-num"),
            ("Fit", "am-num"),
            ("At", "am-num"),
            ("What it is", None),
        )
    )
    caption = f"The latest {len(latest)} of {len(course.ended):,} trials, newest first."
    rows = joined(_trial(ended, course.trials.get(ended.number), run) for ended in latest)
    return block(
        scrolling(
            tag(
                "table",
                tag("caption", caption),
                tag("thead", tag("tr", heads)),
                tag("tbody", rows),
            ),
            "The latest trials",
        )
    )


def _trial(ended: Ended, trial: Trial | None, run: Run) -> str:
    folds = trial.fold_scores if trial else ()
    spread = f"{number(min(folds), 3)} to {number(max(folds), 3)}" if folds else "–"
    score = number(ended.score, 5) if ended.score is not None else tag("i", text(ended.state, 20))
    cell_id = (trial.cell_id if trial else None) or "search"
    link = Link(run_id=run.run_id, notebook=NOTEBOOK, cell_id=cell_id)
    return tag(
        "tr",
        tag("td", str(ended.number), class_="am-num"),
        tag("th", text(ended.candidate, 60), scope="row"),
        tag("td", score, class_="am-num"),
        tag("td", spread, class_="am-num"),
        tag("td", seconds(trial.fit_s if trial else None), class_="am-num"),
        tag("td", seconds(ended.at_s), class_="am-num"),
        tag("td", text(trial.reason if trial else "", 200), class_="am-why"),
        title=f"made by cell {cell_id} of {NOTEBOOK}",
        **made_by(link),
    )


def log_block(course: Course | None) -> str:
    """Return what happened, newest first; cells that begin and end are left to the progress."""
    told = [event for event in (course.events if course else ()) if event.get("event") in _TOLD]
    if not told:
        return block(tag("p", "Nothing has happened yet.", class_="am-soft"))
    items = joined(tag("li", _event(event)) for event in reversed(told[-LOGGED:]))
    return block(tag("ol", items, class_="am-log"))


def _event(event: dict[str, Any]) -> str:
    when = event.get("t")
    clock = time.strftime("%H:%M:%S", time.localtime(when)) if isinstance(when, int | float) else ""
    words = {
        "run": lambda: f"run: {event.get('state')}",
        "search": lambda: f"the search begins, {event.get('budget_s')} s",
        "decision": lambda: (
            f"{event.get('about')} {event.get('name') or ''}".rstrip()
            + f": {event.get('choice')}. {event.get('why')}"
        ),
        "trial": lambda: (
            f"trial {event.get('number')}, {event.get('candidate')}: {event.get('state')}"
            + (f", {number(score, 5)}" if isinstance(score := event.get("score"), float) else "")
        ),
    }[str(event.get("event"))]()
    return tag("time", clock, class_="am-soft") + " " + text(words, 300)
