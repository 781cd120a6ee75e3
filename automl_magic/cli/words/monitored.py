"""Drift reports as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from automl_magic.cli.words.table import text_table
from automl_magic.look.numbers import number, score_text, seconds
from automl_magic.look.text import safe
from automl_magic.monitor.words import SHIFT, p_text
from automl_magic.records.monitoring.alert import Notice
from automl_magic.records.monitoring.drift import ColumnDrift, DriftReport, DriftSeverity
from automl_magic.runs.outcome import Monitored

MOST_COLUMNS = 12


def monitored(result: Monitored) -> str:
    """Format a drift report: the severity, the drift, the skipped sections and the files."""
    report = result.report
    if report is None:
        return (
            f"Run {safe(result.outcome.run.run_id)} was {result.outcome.run.status.value}.\n"
            f"Try again: automl monitor {safe(result.name)}"
        )
    version = f", version {report.version}" if report.version else ""
    lines = [
        f"{safe(result.name)}: {report.severity.value} (took {seconds(result.outcome.wall_s)})",
        f"  {safe(report.summary)}",
        f"  model      {safe(report.model)}{version}",
        f"  window     {_format_time(report.window_start)} to {_format_time(report.window_end)}",
        f"  rows       {report.n_rows:,}",
    ]
    lines += [*_performance(report), *_traffic(report), *_table(report), *_quality(report)]
    lines += [f"Skipped {skipped.section}: {safe(skipped.why)}" for skipped in report.skipped]
    lines += [
        "",
        f"  notebook   {safe(result.outcome.notebook)}",
        f"  report     {safe(result.path)}",
    ]
    if report.evidently is not None:
        lines.append(f"  evidently  {safe(result.outcome.notebook.with_name(report.evidently))}")
    return "\n".join(lines)


def told(notifications: Sequence[Notice]) -> list[str]:
    """Format the notifications that were sent."""
    lines = [f"  notified   {safe(notification.title)}" for notification in notifications]
    if notifications:
        lines.append(f"See active alerts: automl alerts {safe(notifications[0].deployment)}")
    return lines


def in_a_line(result: Monitored) -> str:
    """Format a drift report in one line, for continuous monitoring."""
    if result.report is None:
        return f"{safe(result.name)}: the run was {result.outcome.run.status.value}."
    report = result.report
    end = _format_time(report.window_end)
    return f"{end}  {safe(result.name)}: {report.severity.value}. {safe(report.summary)}"


def _performance(report: DriftReport) -> list[str]:
    lines = []
    if (performance := report.performance) is not None and performance.current is not None:
        release = (
            f", {score_text(performance.release)} at release"
            if performance.release is not None
            else ""
        )
        lines.append(
            f"  {safe(performance.metric, 9):<9}  {score_text(performance.current)}{release} "
            f"({performance.severity.value}, {performance.labelled:,} outcomes)"
        )
    if (calibration := report.calibration) is not None and calibration.ece is not None:
        lines.append(
            f"  ECE        {number(calibration.ece)}, {number(calibration.ece_release)} at release "
            f"({calibration.severity.value})"
        )
    return lines


def _traffic(report: DriftReport) -> list[str]:
    if (traffic := report.traffic) is None:
        return []
    latency = f"p95 {number(traffic.latency_ms_p95)} ms ({traffic.severity.value})"
    requests = f"{traffic.requests:,.0f} requests, {traffic.error_rate_pct:.2g}% failed"
    return [f"  traffic    {requests}, {latency}"]


def _table(report: DriftReport) -> list[str]:
    drifts = [("(prediction)", report.prediction)] if report.prediction is not None else []
    drifts += [(drift.column, drift) for drift in report.features[:MOST_COLUMNS]]
    if not drifts:
        return []
    rows = [
        (
            safe(name, 40),
            drift.severity.value,
            number(drift.psi),
            p_text(drift.p_adjusted),
            f"{drift.rows:,}",
            _format_shift(drift),
        )
        for name, drift in drifts
    ]
    headings = ("Column", "Severity", "PSI", "Adjusted p", "Rows", "")
    more = len(report.features) - MOST_COLUMNS
    after = [f"… and {more:,} columns with less drift"] if more > 0 else []
    return ["", text_table(headings, rows, right=(2, 3, 4)), *after, ""]


def _format_shift(drift: ColumnDrift) -> str:
    """Return the shift of a column, or why it wasn't checked. The numbers are in the table."""
    if drift.severity is DriftSeverity.OK:
        return ""
    if SHIFT in drift.why:
        return drift.why.rpartition(SHIFT)[2]
    return drift.why.rpartition("; ")[2]  # reports of version 0.1


def _quality(report: DriftReport) -> list[str]:
    return [
        f"{finding.severity.value}: {safe(finding.why)}"
        for finding in report.quality
        if finding.severity.alarms
    ]


def _format_time(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
