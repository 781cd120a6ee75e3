"""The monitoring page of a deployment as HTML: facts, and for each chart its numbers."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from automl_magic.display.html import block, fill, join_html, tag, text
from automl_magic.display.numbers import format_milliseconds, format_number
from automl_magic.display.translation import _, ngettext
from automl_magic.pages.figure import scroll_region
from automl_magic.pages.links import source_attributes
from automl_magic.records import CellLink

if TYPE_CHECKING:
    from automl_magic.monitor.dashboard import MonitorDashboard, WindowCheck
    from automl_magic.records.monitoring.alert import Alert

NOTEBOOK = "output.ipynb"
MAX_ROWS = 30


def status_sentence(dashboard: MonitorDashboard | None, name: str | None) -> str:
    """Return the deployment's status as plain text, for screen readers."""
    if dashboard is None:
        if name:
            return _("There's no deployment {name}.").format(name=name)
        return _("There are no deployments yet.")
    route, n_alerts = dashboard.route, len(dashboard.alerts)
    sentences = [
        _("{deployment} serves version {version}.").format(
            deployment=dashboard.deployment.name, version=route.stable
        )
    ]
    if route.canary is not None:
        sentences.append(
            _("The canary, version {version}, gets {percent}% of the requests.").format(
                version=route.canary, percent=f"{route.percent:g}"
            )
        )
    sentences.append(
        ngettext("{n} active alert.", "{n} active alerts.", n_alerts).format(n=f"{n_alerts:,}")
        if n_alerts
        else _("No active alerts.")
    )
    return " ".join(sentences)


def facts_block(dashboard: MonitorDashboard | None, name: str | None, others: Sequence[str]) -> str:
    """Return the serving versions and the traffic, or how to deploy if nothing is deployed."""
    if dashboard is None:
        return _no_deployment(name, others)
    route = dashboard.route
    requests = sum(sum(bucket.requests.values()) for bucket in dashboard.buckets)
    errors = sum(sum(bucket.errors.values()) for bucket in dashboard.buckets)
    latest = next(
        (bucket for bucket in reversed(dashboard.buckets) if bucket.p95_ms is not None), None
    )
    last_check = dashboard.checks[-1] if dashboard.checks else None
    model = _("{model}, version {version}").format(model=route.model, version=route.stable)
    facts = [
        (_("Model"), text(model, 80)),
        (_("Canary"), text(_canary(dashboard))),
        (_("Requests in 24 h"), f"{requests:,.0f}"),
        (_("Errors"), f"{100 * errors / requests:.3g}%" if requests else "–"),
        (_("p95 latency"), format_milliseconds(latest.p95_ms) if latest else "–"),
        (_("Last check"), _moment(last_check.end) if last_check else text(_("never"))),
    ]
    pairs = join_html(tag("div", tag("dt", text(key)), tag("dd", value)) for key, value in facts)
    notes = []
    if not requests:
        notes.append(
            _with_command(
                _("No requests in the last 24 hours. To get the address, run {command}"),
                f"automl route {shlex.quote(route.deployment)}",
            )
        )
    if last_check is None:
        notes.append(
            _with_command(
                _("No window has been checked yet. To check one every 15 minutes, run {command}"),
                f"automl monitor {shlex.quote(route.deployment)} --every 15m",
            )
        )
    return block(tag("dl", pairs, class_="am-facts"), *notes, _others(others))


def alerts_block(dashboard: MonitorDashboard | None) -> str:
    """Return the active alerts, most severe first, each with the cell that found it."""
    if dashboard is None or not dashboard.alerts:
        return _empty(_("No active alerts."))
    alerts = dashboard.alerts[:MAX_ROWS]
    n_more = len(dashboard.alerts) - len(alerts)
    caption = _("Alerts, most severe first")
    if n_more:
        caption = ngettext(
            "Alerts, most severe first. To see {n} more, run {command}",
            "Alerts, most severe first. To see {n} more, run {command}",
            n_more,
        ).format(n=f"{n_more:,}", command=f"automl alerts {dashboard.deployment.name}")
    headings = (_("Severity"), _("Type"), _("Summary"), _("Since"), _("Found by"))
    return _table(headings, [_alert(alert) for alert in alerts], caption)


def retraining_block(dashboard: MonitorDashboard | None) -> str:
    """Return the retrainings, newest first."""
    if dashboard is None or not dashboard.retrains:
        name = shlex.quote(dashboard.deployment.name) if dashboard else "DEPLOYMENT"
        return block(
            _with_command(
                _("No retraining yet. To start one, run {command}"), f"automl retrain {name}"
            )
        )
    rows = [
        (
            _moment(retrain.started_at),
            retrain.trigger.value,
            retrain.status.value,
            text(_("version {version}").format(version=retrain.challenger))
            if retrain.challenger is not None
            else "–",
            text(retrain.detail, 300),
            tag("code", text(retrain.run_id or "–", 40)),
        )
        for retrain in dashboard.retrains
    ]
    headings = (
        _("Started"),
        _("Trigger"),
        _("Status"),
        _("Challenger"),
        _("Result"),
        _("Run"),
    )
    return _table(headings, rows, _("Retrainings, newest first"))


def route_block(dashboard: MonitorDashboard | None) -> str:
    """Return the history of the route, newest change first."""
    if dashboard is None or not dashboard.changes:
        return _empty(_("The route hasn't changed yet."))
    rows = [
        (
            _moment(change.at),
            text(change.action.replace("_", " "), 40),
            str(change.route.stable),
            f"{change.route.canary}\u00a0({change.route.percent:g}%)"
            if change.route.canary is not None
            else "–",
            text(change.actor, 40),
            text(change.reason or "–", 300),
        )
        for change in dashboard.changes
    ]
    headings = (_("Time"), _("Change"), _("Stable"), _("Canary"), _("User"), _("Reason"))
    return _table(headings, rows, _("Changes of the route, newest first"))


def traffic_table(dashboard: MonitorDashboard | None) -> str:
    """Return requests, errors and latency by 15 minutes, newest first."""
    buckets = (
        [bucket for bucket in reversed(dashboard.buckets) if bucket.requests] if dashboard else []
    )
    if not buckets:
        return _empty(_("No requests in the last 24 hours."))
    rows = [
        (
            _moment(bucket.start),
            f"{sum(bucket.requests.values()):,.0f}",
            text(", ".join(f"{role}: {n:,.0f}" for role, n in bucket.requests.items()), 200),
            f"{sum(bucket.errors.values()):,.0f}",
            format_milliseconds(bucket.p50_ms),
            format_milliseconds(bucket.p95_ms),
        )
        for bucket in buckets
    ]
    headings = (
        _("From"),
        _("Requests"),
        _("By version and role"),
        _("Errors"),
        _("p50 latency"),
        _("p95 latency"),
    )
    caption = _("Traffic by 15 minutes, newest first")
    return _table(headings, rows, caption, numeric_columns=(1, 3, 4, 5))


def drift_table(dashboard: MonitorDashboard | None) -> str:
    """Return the PSI of the columns that drift most, by window, newest first."""
    if dashboard is None or not dashboard.checks:
        return _empty(_("No window has been checked yet."))
    checks = list(reversed(dashboard.checks))[:8]
    rows = [
        (text(name, 60), *(_psi(check, name) for check in checks)) for name in dashboard.features
    ]
    if not rows:
        return _empty(_("No column could be checked."))
    # Headings are escaped, and `text` would escape no-break spaces visibly.
    times = (_moment(check.end).replace("\u00a0", " ") for check in checks)
    headings = (_("Column"), *times)
    return _table(
        headings,
        rows,
        _("Population stability index (PSI) by window, newest first"),
        numeric_columns=tuple(range(1, len(headings))),
        link=_link(checks[0]),
    )


def prediction_table(dashboard: MonitorDashboard | None) -> str:
    """Return the distribution of the predictions, in training and in the newest window."""
    last_check = dashboard.checks[-1] if dashboard is not None and dashboard.checks else None
    if last_check is None or not last_check.bins:
        return _empty(_("No window has been checked yet."))
    shares = zip(last_check.bins, last_check.reference, last_check.current, strict=True)
    rows = [
        (text(name, 60), f"{100 * training:.1f}%", f"{100 * newest:.1f}%")
        for name, training, newest in shares
    ]
    return _table(
        (_("Prediction"), _("Training"), _("Newest window")),
        rows,
        _("Share of rows"),
        numeric_columns=(1, 2),
        link=_link(last_check, "prediction"),
    )


def performance_table(dashboard: MonitorDashboard | None) -> str:
    """Return the score by window, newest first."""
    checks = [check for check in dashboard.checks if check.score is not None] if dashboard else []
    if not checks:
        return _empty(_("No outcomes yet. Report them to the endpoint."))
    rows = [
        (
            _moment(check.end),
            format_number(check.score),
            format_number(check.release),
            f"{check.n_rows:,}",
        )
        for check in reversed(checks)
    ]
    headings = (_("Window end"), checks[-1].metric or _("Score"), _("At release"), _("Rows"))
    return _table(
        headings,
        rows,
        _("Score by window, newest first"),
        numeric_columns=(1, 2, 3),
        link=_link(checks[-1]),
    )


def _empty(sentence: str) -> str:
    return block(tag("p", text(sentence), class_="am-soft"))


def _with_command(sentence: str, command: str) -> str:
    """Return a paragraph whose placeholder {command} is a command as code."""
    return tag("p", fill(sentence, command=tag("code", text(command))))


def _no_deployment(name: str | None, others: Sequence[str]) -> str:
    if name is not None:
        return block(
            _others(others)
            or _with_command(_("To list the deployments, run {command}"), "automl route")
        )
    return block(
        tag("p", text(_("Register a model, approve it and serve it. It then appears here:"))),
        tag("p", tag("code", "automl serve NAME")),
    )


def _others(others: Sequence[str]) -> str:
    if not others:
        return ""
    commands = [tag("code", text(f"automl app monitor {name}", 120)) for name in others[:10]]
    sentence = _("Other deployments: {commands}")
    return tag("p", fill(sentence, commands=", ".join(commands)), class_="am-soft")


def _canary(dashboard: MonitorDashboard) -> str:
    route = dashboard.route
    if route.canary is not None:
        return _("version {version}, {percent}%").format(
            version=route.canary, percent=f"{route.percent:g}"
        )
    if route.shadow is not None:
        return _("shadow {version}").format(version=route.shadow)
    return _("none")


def _alert(alert: Alert) -> tuple[str, ...]:
    link = alert.link
    if link is None:
        found_by = text(_("the monitor"))
    else:
        sentence = fill(
            _("cell {cell} of run {run}"),
            cell=tag("code", text(link.cell_id, 40)),
            run=tag("code", text(link.run_id, 40)),
        )
        found_by = tag("span", sentence, **source_attributes(link))
    return (
        tag("strong", alert.severity.value),
        text(f"{alert.kind.value.replace('_', ' ')}: {alert.subject}", 120),
        text(alert.summary, 300),
        _moment(alert.fired_at or alert.first_at),
        found_by,
    )


def _psi(check: WindowCheck, name: str) -> str:
    value = check.psi.get(name)
    if value is None:
        return "–"
    severity = check.severities.get(name, "")
    psi = format_number(value, 2)
    return tag("strong", f"{psi} {severity}") if severity in ("warning", "critical") else psi


def _table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str,
    *,
    numeric_columns: Sequence[int] = (),
    link: CellLink | None = None,
) -> str:
    classes = ["am-num" if i in numeric_columns else None for i in range(len(headings))]
    head = join_html(
        tag("th", text(name, 60), scope="col", class_=css_class) if name else tag("td", "")
        for name, css_class in zip(headings, classes, strict=True)
    )
    body = join_html(
        tag(
            "tr",
            tag("th", row[0], scope="row", style="min-width: 7.5rem"),
            *(
                tag("td", cell, class_=css_class)
                for cell, css_class in zip(row[1:], classes[1:], strict=True)
            ),
        )
        for row in rows
    )
    table = tag(
        "table",
        tag("caption", text(caption, 200)),
        tag("thead", tag("tr", head)),
        tag("tbody", body),
        **(source_attributes(link) if link is not None else {}),
    )
    return block(scroll_region(table, caption))


def _link(check: WindowCheck, cell_id: str = "features") -> CellLink:
    return CellLink(run_id=check.run_id, notebook=NOTEBOOK, cell_id=cell_id)


def _moment(timestamp: float) -> str:
    return time.strftime("%d\u00a0%b\u00a0%H:%M", time.localtime(timestamp))
