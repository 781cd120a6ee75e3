"""Drift reports as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from automl_magic.cli.formatters.table import format_table
from automl_magic.display.numbers import format_number, format_score_interval, format_seconds
from automl_magic.display.text import printable
from automl_magic.monitor.formatting import format_p_value
from automl_magic.records.monitoring.alert import Notification
from automl_magic.records.monitoring.drift import ColumnDrift, DriftReport, DriftSeverity
from automl_magic.runs.outcome import MonitorResult

MAX_COLUMNS = 12


def format_monitoring(result: MonitorResult) -> str:
    """Format a drift report: the severity, the drift, the skipped sections and the files."""
    report = result.report
    if report is None:
        return (
            f"Run {printable(result.outcome.run.run_id)} was {result.outcome.run.status.value}.\n"
            f"Try again: automl monitor {printable(result.name)}"
        )
    version = f", version {report.version}" if report.version else ""
    lines = [
        (
            f"{printable(result.name)}: {report.severity.value} (took "
            f"{format_seconds(result.outcome.wall_s)})"
        ),
        f"  {printable(report.summary)}",
        f"  model      {printable(report.model)}{version}",
        f"  window     {_format_time(report.window_start)} to {_format_time(report.window_end)}",
        f"  rows       {report.n_rows:,}",
    ]
    lines += [*_performance(report), *_traffic(report), *_table(report), *_quality(report)]
    lines += [f"Skipped {skipped.section}: {printable(skipped.why)}" for skipped in report.skipped]
    lines += [
        "",
        f"  notebook   {printable(result.outcome.notebook)}",
        f"  report     {printable(result.path)}",
    ]
    if report.evidently is not None:
        lines.append(
            f"  evidently  {printable(result.outcome.notebook.with_name(report.evidently))}"
        )
    return "\n".join(lines)


def format_notifications(notifications: Sequence[Notification]) -> list[str]:
    """Format the notifications that were sent."""
    lines = [f"  notified   {printable(notification.title)}" for notification in notifications]
    if notifications:
        lines.append(f"See active alerts: automl alerts {printable(notifications[0].deployment)}")
    return lines


def format_monitoring_line(result: MonitorResult) -> str:
    """Format a drift report in one line, for continuous monitoring."""
    if result.report is None:
        return f"{printable(result.name)}: the run was {result.outcome.run.status.value}."
    report = result.report
    end = _format_time(report.window_end)
    return f"{end}  {printable(result.name)}: {report.severity.value}. {printable(report.summary)}"


def _performance(report: DriftReport) -> list[str]:
    lines = []
    if (performance := report.performance) is not None and performance.current is not None:
        release = (
            f", {format_score_interval(performance.release)} at release"
            if performance.release is not None
            else ""
        )
        lines.append(
            f"  {printable(performance.metric, 9):<9}  "
            f"{format_score_interval(performance.current)}{release} "
            f"({performance.severity.value}, {performance.labelled:,} outcomes)"
        )
    if (calibration := report.calibration) is not None and calibration.ece is not None:
        lines.append(
            f"  ECE        {format_number(calibration.ece)}, "
            f"{format_number(calibration.ece_release)} at release "
            f"({calibration.severity.value})"
        )
    return lines


def _traffic(report: DriftReport) -> list[str]:
    if (traffic := report.traffic) is None:
        return []
    latency = f"p95 {format_number(traffic.latency_ms_p95)} ms ({traffic.severity.value})"
    requests = f"{traffic.requests:,.0f} requests, {traffic.error_rate_pct:.2g}% failed"
    return [f"  traffic    {requests}, {latency}"]


def _table(report: DriftReport) -> list[str]:
    drifts = [("(prediction)", report.prediction)] if report.prediction is not None else []
    drifts += [(drift.column, drift) for drift in report.features[:MAX_COLUMNS]]
    if not drifts:
        return []
    rows = [
        (
            printable(name, 40),
            drift.severity.value,
            format_number(drift.psi),
            format_p_value(drift.p_adjusted),
            f"{drift.rows:,}",
            _format_shift(drift),
        )
        for name, drift in drifts
    ]
    headings = ("Column", "Severity", "PSI", "Adjusted p", "Rows", "")
    more = len(report.features) - MAX_COLUMNS
    after = [f"… and {more:,} columns with less drift"] if more > 0 else []
    return ["", format_table(headings, rows, right=(2, 3, 4)), *after, ""]


def _format_shift(drift: ColumnDrift) -> str:
    """Return the shift of a column, or why it wasn't checked. The numbers are in the table."""
    return "" if drift.severity is DriftSeverity.OK else drift.shift or drift.why


def _quality(report: DriftReport) -> list[str]:
    return [
        f"{finding.severity.value}: {printable(finding.why)}"
        for finding in report.quality
        if finding.severity.raises_alert
    ]


def _format_time(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
