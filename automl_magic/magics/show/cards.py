"""Results as HTML in a notebook, by type. Other types are shown as plain text."""

from __future__ import annotations

import functools
from typing import Any

from automl_magic import flow
from automl_magic.cli.apps.server import AppServer
from automl_magic.cli.frontend import CommandResult
from automl_magic.decision_log import DecisionLog
from automl_magic.display.html import block, join_html, tag, text
from automl_magic.display.numbers import (
    format_memory,
    format_number,
    format_score_interval,
    format_score_on_rows,
    format_seconds,
)
from automl_magic.pages.decision_log import decision_log_page
from automl_magic.pages.leaderboard import leaderboard_page
from automl_magic.pages.leaderboard_view import LeaderboardView
from automl_magic.records import Leaderboard, RunStatus, Severity
from automl_magic.runs.outcome import FinishedRun, PlanResult
from automl_magic.workspace import Workspace


def html_of(result: CommandResult, workspace: Workspace) -> str | None:
    """Return a result as HTML, or None if it has only plain text."""
    if isinstance(result.value, Leaderboard):
        run = flow.find_run(result.value.run_id, workspace=workspace)
        return leaderboard_page(LeaderboardView.of(result.value, run))
    return _html(result.value)


@functools.singledispatch
def _html(value: object) -> str | None:  # noqa: ARG001
    return None


@_html.register
def _(decision_log: DecisionLog) -> str:
    return decision_log_page(decision_log)


@_html.register
def _(planned: PlanResult) -> str:
    plan = planned.plan
    dataset = plan.dataset
    decisions = join_html(
        tag(
            "tr",
            tag("th", text(d.label, 40), scope="row"),
            tag("td", text(d.choice, 80)),
            tag("td", text(d.why, 300)),
        )
        for d in plan.decisions
    )
    noticed = join_html(
        tag("li", tag("b", text(f.code)), f" {text(f.title, 120)} {text(f.fix, 200)}")
        for f in dataset.findings
        if f.severity is not Severity.INFO
    )
    estimate = plan.estimate
    return block(
        tag("h2", f"Planned in {tag('code', text(planned.folder))}. Nothing has run yet."),
        tag(
            "p",
            f"{dataset.n_rows:,} rows, {len(dataset.columns):,} columns, "
            f"{len(plan.candidates)} candidates. Search up to {format_seconds(estimate.search_s)}, "
            f"memory {format_memory(estimate.memory_bytes)}.",
        ),
        tag("table", tag("caption", "Decisions and reasons"), tag("tbody", decisions)),
        tag("h2", "Findings") + tag("ul", noticed) if noticed else "",
        tag("p", f"Next: {tag('code', '%automl run ' + text(planned.folder))}"),
    )


@_html.register
def _(outcome: FinishedRun) -> str:
    run = outcome.run
    if run.status is not RunStatus.SUCCEEDED or outcome.best is None:
        return block(
            tag("p", f"Run {tag('code', text(run.run_id))}: {text(run.status.value)}."),
            *(tag("p", text(advice)) for advice in outcome.advice),
        )
    holdout = ""
    if outcome.holdout is not None:
        score = text(format_score_on_rows(outcome.holdout, "holdout row"))
        holdout = f" in cross-validation, {score}"
    cv = (
        ""
        if outcome.cv is None
        else f"{text(outcome.cv.metric)} {text(format_score_interval(outcome.cv))}"
    )
    run_id = text(run.run_id)
    best = "Best model so far" if run.was_stopped_early else "Best model"
    if run.has_only_baseline:
        best = "Only the baseline was fitted"
    return block(
        tag(
            "p",
            f"{best}: {tag('b', text(outcome.best))}, {cv}{holdout}.",
            class_="am-lead",
        ),
        tag(
            "p",
            f"{outcome.n_trials} trials in {format_seconds(outcome.search_s)}. Run "
            f"{tag('code', run_id)}, "
            f"notebook {tag('code', text(outcome.notebook))}.",
        ),
        *(tag("p", text(advice)) for advice in outcome.advice),
        tag("p", f"Next: {tag('code', f'%automl leaderboard {run_id}')}"),
    )


@_html.register
def _(server: AppServer) -> str:
    link = tag("a", text(server.url), href=server.url, target="_blank", rel="noopener")
    return block(tag("p", f"The {text(server.name)} app runs at {link} until this kernel stops."))


@_html.register(list)
def _(newest: list[Any]) -> str | None:
    if not newest:
        return None
    heads = ("Run", "Kind", "Status", "Started", "Best", "Score")
    rows = []
    for run in newest:
        cv = run.result.get("cv") or {}
        cells = (
            tag("code", text(run.run_id)),
            text(run.kind),
            text(run.status_text),
            text(run.created_at.strftime("%Y-%m-%d %H:%M UTC")),
            text(run.result.get("best") or "–", 60),
            text(f"{cv['metric']} {format_number(cv['score'])}" if cv else "–"),
        )
        rows.append(tag("tr", *(tag("td", cell) for cell in cells)))
    head = tag("tr", *(tag("th", name, scope="col") for name in heads))
    return block(
        tag("table", tag("caption", "Recent runs"), tag("thead", head), tag("tbody", *rows))
    )
