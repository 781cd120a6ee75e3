"""The live page of a running search: progress, latest trials and log, as HTML."""

from __future__ import annotations

import time
from collections.abc import Mapping

from automl_magic.display.html import block, fill, join_html, tag, text
from automl_magic.display.numbers import format_number, format_seconds
from automl_magic.display.text import printable
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.figure import scroll_region
from automl_magic.pages.links import source_attributes, source_title
from automl_magic.pages.live_run import LiveRun, TrialEvent
from automl_magic.records import CellLink, Run, Trial
from automl_magic.track import search_end

LATEST, LOGGED = 20, 40
NOTEBOOK = "output.ipynb"
START_COMMAND = "automl fit DATA --target COLUMN"
_LOGGED_EVENTS = ("run", "search", "decision", "trial")


def status_sentence(course: LiveRun | None, run: Run | None) -> str:
    """Return the run's status as plain text, for screen readers."""
    if run is None or course is None:
        return _("There are no runs yet. To start one, run {command}").format(command=START_COMMAND)
    sentences = [_status_sentence(run)]
    n_scored = sum(ended.score is not None for ended in course.trial_events.values())
    n_unscored = len(course.trial_events) - n_scored
    if n_scored:
        sentence = ngettext("{n} trial has a score.", "{n} trials have a score.", n_scored)
        sentences.append(sentence.format(n=n_scored))
        if n_unscored:
            sentence = ngettext("{n} trial has no score.", "{n} trials have no score.", n_unscored)
            sentences.append(sentence.format(n=n_unscored))
    best = course.best
    if best is not None:
        sentence = (
            _("The best score is {score}, by {candidate}.")
            if course.metric is None
            else _("The best {metric} is {score}, by {candidate}.")
        )
        score = format_number(best.best, 5)
        sentences.append(
            sentence.format(metric=course.metric, score=score, candidate=best.candidate)
        )
    return " ".join(sentences)


def _status_sentence(run: Run) -> str:
    match run.status.value:
        case "running":
            return _("Run {run} is searching.").format(run=run.run_id)
        case "succeeded" if run.was_stopped_early:
            sentence = _("Run {run} was stopped early and kept the best model so far.")
            return sentence.format(run=run.run_id)
        case "succeeded" if run.has_only_baseline:
            return _("Run {run} fitted only the baseline.").format(run=run.run_id)
        case "succeeded":
            return _("Run {run} succeeded.").format(run=run.run_id)
        case "failed":
            return _("Run {run} failed.").format(run=run.run_id)
        case status:
            return _("The status of run {run} is {status}.").format(run=run.run_id, status=status)


def progress_block(course: LiveRun | None, run: Run | None, *, is_selected: bool) -> str:
    """Return the run's progress. `is_selected` tells whether the user chose this run."""
    if run is None or course is None:
        return block(
            tag("p", text(_("There are no runs yet.")), class_="am-lead"),
            tag("p", text(_("When you start a search, it appears here:"))),
            tag("p", tag("code", START_COMMAND)),
        )
    note = ""
    if run.status.is_end and not is_selected:
        note = tag(
            "p",
            text(_("No search is running. This is the latest run. The next run replaces it here.")),
        )
    remaining_s = course.remaining_now_s()
    best = course.best
    best_text = (
        _("{score} by {candidate}").format(
            score=format_number(best.best, 5), candidate=printable(best.candidate, 40)
        )
        if best
        else "–"
    )
    remaining = "–" if run.status.is_end or remaining_s is None else format_seconds(remaining_s)
    facts = [
        (_("Run"), tag("code", text(run.run_id))),
        (_("Status"), text(run.status_text)),
        (_("Trials"), f"{len(course.trial_events):,}"),
        (_("Best"), text(best_text)),
        (_("Time left"), remaining),
    ]
    pairs = join_html(tag("div", tag("dt", text(name)), tag("dd", value)) for name, value in facts)
    end = search_end(run)
    early = (tag("p", tag("b", text(sentence))) for sentence in (end.sentences if end else ()))
    return block(note, tag("dl", pairs, class_="am-facts"), *early, _cells(course))


def _cells(course: LiveRun) -> str:
    if not course.n_cells:
        return ""
    n_done = min(course.cells_done, course.n_cells)
    label = fill(
        _("Cell {n} of {total}: {cell}"),
        n=str(min(n_done + 1, course.n_cells)),
        total=str(course.n_cells),
        cell=tag("code", text(course.cell_id, 60)),
    )
    bar = tag("progress", value=n_done, max=course.n_cells, aria_label=_("Notebook progress"))
    return tag("p", label, " ", bar, class_="am-progress")


def trials_block(course: LiveRun | None, run: Run | None) -> str:
    """Return a table of the latest trials, newest first."""
    if course is None or run is None or not course.trial_events:
        return block(tag("p", text(_("No trial has finished yet.")), class_="am-soft"))
    latest = sorted(course.trial_events.values(), key=lambda ended: -ended.number)[:LATEST]
    headings = join_html(
        tag("th", text(name, 30), scope="col", class_=css_class)
        for name, css_class in (
            (_("Trial"), "am-num"),
            (_("Candidate"), None),
            (course.metric or _("Score"), "am-num"),
            (_("Fold range"), "am-num"),
            (_("Fit time"), "am-num"),
            (_("Finished at"), "am-num"),
            (_("Description"), None),
        )
    )
    caption = ngettext(
        "The latest {n} of {total} trial, newest first",
        "The latest {n} of {total} trials, newest first",
        len(course.trial_events),
    ).format(n=len(latest), total=f"{len(course.trial_events):,}")
    rows = join_html(_trial(ended, course.trials.get(ended.number), run) for ended in latest)
    return block(
        scroll_region(
            tag(
                "table",
                tag("caption", text(caption)),
                tag("thead", tag("tr", headings)),
                tag("tbody", rows),
            ),
            _("Latest trials"),
        )
    )


def _trial(ended: TrialEvent, trial: Trial | None, run: Run) -> str:
    folds = trial.fold_scores if trial else ()
    fold_range = "–"
    if folds:
        fold_range = _("{low} to {high}").format(
            low=format_number(min(folds), 3), high=format_number(max(folds), 3)
        )
    score = (
        format_number(ended.score, 5)
        if ended.score is not None
        else tag("i", text(ended.state, 20))
    )
    cell_id = (trial.cell_id if trial else None) or "search"
    link = CellLink(run_id=run.run_id, notebook=NOTEBOOK, cell_id=cell_id)
    return tag(
        "tr",
        tag("td", str(ended.number), class_="am-num"),
        tag("th", text(ended.candidate, 60), scope="row"),
        tag("td", score, class_="am-num"),
        tag("td", text(fold_range), class_="am-num"),
        tag("td", format_seconds(trial.fit_s if trial else None), class_="am-num"),
        tag("td", format_seconds(ended.at_s), class_="am-num"),
        tag("td", text(trial.reason if trial else "", 200), class_="am-why"),
        title=source_title(link),
        **source_attributes(link),
    )


def log_block(course: LiveRun | None) -> str:
    """Return the log of events, newest first, without those of cells."""
    events = [
        event for event in (course.events if course else ()) if event.get("event") in _LOGGED_EVENTS
    ]
    if not events:
        return block(tag("p", text(_("No events yet.")), class_="am-soft"))
    items = join_html(tag("li", _event(event)) for event in reversed(events[-LOGGED:]))
    return block(tag("ol", items, class_="am-log"))


def _event(event: Mapping[str, object]) -> str:
    timestamp = event.get("t")
    clock = ""
    if isinstance(timestamp, int | float):
        clock = time.strftime("%H:%M:%S", time.localtime(timestamp))
    return tag("time", clock, class_="am-soft") + " " + text(_event_text(event), 300)


def _event_text(event: Mapping[str, object]) -> str:
    state = event.get("state")
    match event.get("event"):
        case "run":
            return _("Run: {state}").format(state=state)
        case "search":
            return _("Search started, budget {budget} s").format(budget=event.get("budget_s"))
        case "decision":
            subject = f"{event.get('about')} {event.get('name') or ''}".rstrip()
            return f"{subject}: {event.get('choice')}. {event.get('why')}"
    trial_number, candidate, score = event.get("number"), event.get("candidate"), event.get("score")
    if isinstance(score, float):
        return _("Trial {n}, {candidate}: {state}, {score}").format(
            n=trial_number, candidate=candidate, state=state, score=format_number(score, 5)
        )
    return _("Trial {n}, {candidate}: {state}").format(
        n=trial_number, candidate=candidate, state=state
    )
