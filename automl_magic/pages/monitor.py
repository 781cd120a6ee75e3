"""The board of a deployment as HTML: sentences, and for each chart its numbers as a table."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from automl_magic.look.html import block, joined, tag, text
from automl_magic.look.numbers import milliseconds, number
from automl_magic.pages.figure import scrolling
from automl_magic.pages.links import made_by
from automl_magic.records import Link

if TYPE_CHECKING:
    from automl_magic.monitor.board import Board, Check
    from automl_magic.records.monitoring.alert import Alert

NOTEBOOK = "output.ipynb"
MOST_ROWS = 30


def said_of(board: Board | None, name: str | None) -> str:
    """Return one sentence, as plain text, for whoever listens instead of looking."""
    if board is None:
        return f"There is no deployment {name}." if name else "Nothing is deployed yet."
    n_alerts = len(board.alerts)
    alerts = "1 alert" if n_alerts == 1 else f"{n_alerts:,} alerts" if n_alerts else "no alerts"
    canary = (
        f", version {board.route.canary} takes {board.route.percent:g} %"
        if board.route.canary is not None
        else ""
    )
    return f"{board.deployment.name}: version {board.route.stable} serves{canary}; {alerts}."


def facts_block(board: Board | None, name: str | None, others: Sequence[str]) -> str:
    """Return what serves now, and how much is asked; or what to do where nothing does."""
    if board is None:
        return _nothing(name, others)
    route = board.route
    requests = sum(sum(bucket.requests.values()) for bucket in board.buckets)
    errors = sum(sum(bucket.errors.values()) for bucket in board.buckets)
    latest = next((one for one in reversed(board.buckets) if one.p95_ms is not None), None)
    last = board.checks[-1] if board.checks else None
    pairs = [
        ("Model", f"{text(route.model, 60)}, version {route.stable}"),
        ("Canary", _canary(board)),
        ("Requests in 24 h", f"{requests:,.0f}"),
        ("Errors", f"{100 * errors / requests:.3g} %" if requests else "–"),
        ("Latency p95", milliseconds(latest.p95_ms) if latest else "–"),
        ("Last judged", _moment(last.end) if last else "never"),
    ]
    shown = joined(tag("div", tag("dt", key), tag("dd", value)) for key, value in pairs)
    notes = []
    if not requests:
        notes.append(
            tag(
                "p",
                "Nobody has asked in the last 24 hours. The address is told by ",
                tag("code", text(f"automl route {shlex.quote(route.deployment)}")),
            )
        )
    if last is None:
        notes.append(
            tag(
                "p",
                "No window was judged yet. Judge one, and go on doing so: ",
                tag("code", text(f"automl monitor {shlex.quote(route.deployment)} --every 15m")),
            )
        )
    return block(tag("dl", shown, class_="am-facts"), *notes, _others(others))


def alerts_block(board: Board | None) -> str:
    """Return what is wrong now, the worst first, each with the cell that found it."""
    if board is None or not board.alerts:
        return block(tag("p", "No alert fires.", class_="am-soft"))
    shown = board.alerts[:MOST_ROWS]
    more = len(board.alerts) - len(shown)
    rows = [_alert(alert) for alert in shown]
    caption = "The worst first" + (
        f"; {more:,} more: automl alerts {board.deployment.name}" if more else ""
    )
    heads = ("Severity", "What", "Summary", "Since", "Found by")
    return _table(heads, rows, caption)


def retrains_block(board: Board | None) -> str:
    """Return the retrainings, the newest first."""
    if board is None or not board.retrains:
        name = shlex.quote(board.deployment.name) if board else "DEPLOYMENT"
        return block(tag("p", "None yet. Begin one: ", tag("code", text(f"automl retrain {name}"))))
    rows = [
        (
            _moment(one.started_at),
            one.trigger.value,
            one.status.value,
            f"version {one.challenger}" if one.challenger is not None else "–",
            text(one.detail, 300),
            tag("code", text(one.run_id or "–", 40)),
        )
        for one in board.retrains
    ]
    heads = ("Begun", "Asked by", "Status", "Challenger", "What came of it", "Run")
    return _table(heads, rows, "The newest first")


def route_block(board: Board | None) -> str:
    """Return the history of the route, the newest change first, with who and why."""
    if board is None or not board.changes:
        return block(tag("p", "The route has no history.", class_="am-soft"))
    rows = [
        (
            _moment(change.at),
            text(change.action.replace("_", " "), 40),
            str(change.route.stable),
            f"{change.route.canary}\u00a0({change.route.percent:g}\u00a0%)"
            if change.route.canary is not None
            else "–",
            text(change.actor, 40),
            text(change.reason or "–", 300),
        )
        for change in board.changes
    ]
    heads = ("When", "What", "Stable", "Canary", "Who", "Why")
    return _table(heads, rows, "The newest first")


def traffic_table(board: Board | None) -> str:
    """Return requests, errors and latency by quarter of an hour, the newest first."""
    buckets = [one for one in reversed(board.buckets) if one.requests] if board else []
    if not buckets:
        return block(tag("p", "No requests in the last 24 hours.", class_="am-soft"))
    rows = [
        (
            _moment(bucket.start),
            f"{sum(bucket.requests.values()):,.0f}",
            text(", ".join(f"{who}: {n:,.0f}" for who, n in bucket.requests.items()), 200),
            f"{sum(bucket.errors.values()):,.0f}",
            milliseconds(bucket.p50_ms),
            milliseconds(bucket.p95_ms),
        )
        for bucket in buckets
    ]
    heads = ("From", "Requests", "By version and role", "Errors", "p50", "p95")
    return _table(heads, rows, "By quarters of an hour, the newest first", numbers=(1, 3, 4, 5))


def drift_table(board: Board | None) -> str:
    """Return the PSI of the columns that drift most, by window, the newest first."""
    if board is None or not board.checks:
        return block(tag("p", "No window was judged yet.", class_="am-soft"))
    shown = list(reversed(board.checks))[:8]
    rows = [(text(name, 60), *(_psi(check, name) for check in shown)) for name in board.features]
    if not rows:
        return block(tag("p", "No column could be judged.", class_="am-soft"))
    heads = ("Column", *(_moment(check.end) for check in shown))
    caption = "Population stability index by window, the newest first"
    return _table(heads, rows, caption, numbers=tuple(range(1, len(heads))), link=_link(shown[0]))


def prediction_table(board: Board | None) -> str:
    """Return the distribution of the predictions, in training and in the newest window."""
    last = board.checks[-1] if board is not None and board.checks else None
    if last is None or not last.bins:
        return block(tag("p", "No window was judged yet.", class_="am-soft"))
    rows = [
        (text(name, 60), f"{100 * before:.1f} %", f"{100 * now:.1f} %")
        for name, before, now in zip(last.bins, last.reference, last.current, strict=True)
    ]
    return _table(
        ("Prediction", "Training", "Newest window"),
        rows,
        "Shares of the rows",
        numbers=(1, 2),
        link=_link(last, "prediction"),
    )


def performance_table(board: Board | None) -> str:
    """Return the score by window, the newest first."""
    scored = [one for one in board.checks if one.score is not None] if board else []
    if not scored:
        return block(
            tag("p", "No outcome is known yet: report them to the endpoint.", class_="am-soft")
        )
    rows = [
        (_moment(check.end), number(check.score), number(check.release), f"{check.n_rows:,}")
        for check in reversed(scored)
    ]
    heads = ("Window until", scored[-1].metric or "Score", "At release", "Rows")
    return _table(
        heads, rows, "By window, the newest first", numbers=(1, 2, 3), link=_link(scored[-1])
    )


def _nothing(name: str | None, others: Sequence[str]) -> str:
    if name is not None:
        return block(
            _others(others) or tag("p", "See what there is: ", tag("code", "automl route"))
        )
    return block(
        tag("p", "Register a model, approve it, serve it, and it will appear here:"),
        tag("p", tag("code", "automl serve NAME")),
    )


def _others(others: Sequence[str]) -> str:
    if not others:
        return ""
    shown = [tag("code", text(f"automl app monitor {name}", 120)) for name in others[:10]]
    return tag("p", "Other deployments: ", ", ".join(shown), class_="am-soft")


def _canary(board: Board) -> str:
    route = board.route
    if route.canary is not None:
        return f"version {route.canary}, {route.percent:g} %"
    return f"shadow {route.shadow}" if route.shadow is not None else "none"


def _alert(alert: Alert) -> tuple[str, ...]:
    link = alert.link
    found = (
        tag(
            "span",
            "cell ",
            tag("code", text(link.cell_id, 40)),
            " of run ",
            tag("code", text(link.run_id, 40)),
            **made_by(link),
        )
        if link is not None
        else "the watch"
    )
    return (
        tag("strong", alert.severity.value),
        text(f"{alert.kind.value.replace('_', ' ')}: {alert.subject}", 120),
        text(alert.summary, 300),
        _moment(alert.fired_at or alert.first_at),
        found,
    )


def _psi(check: Check, name: str) -> str:
    value = check.psi.get(name)
    if value is None:
        return "–"
    severity = check.severities.get(name, "")
    shown = number(value, 2)
    return tag("strong", f"{shown} {severity}") if severity in ("warning", "critical") else shown


def _table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str,
    *,
    numbers: Sequence[int] = (),
    link: Link | None = None,
) -> str:
    kinds = ["am-num" if i in numbers else None for i in range(len(heads))]
    head = joined(
        tag("th", text(name, 60), scope="col", class_=kind) if name else tag("td", "")
        for name, kind in zip(heads, kinds, strict=True)
    )
    body = joined(
        tag(
            "tr",
            tag("th", row[0], scope="row", style="min-width: 6.5rem"),
            *(tag("td", cell, class_=kind) for cell, kind in zip(row[1:], kinds[1:], strict=True)),
        )
        for row in rows
    )
    table = tag(
        "table",
        tag("caption", text(caption, 200)),
        tag("thead", tag("tr", head)),
        tag("tbody", body),
        **(made_by(link) if link is not None else {}),
    )
    return block(scrolling(table, caption))


def _link(check: Check, cell_id: str = "features") -> Link:
    return Link(run_id=check.run_id, notebook=NOTEBOOK, cell_id=cell_id)


def _moment(at: float) -> str:
    return time.strftime("%d\u00a0%b\u00a0%H:%M", time.localtime(at))
