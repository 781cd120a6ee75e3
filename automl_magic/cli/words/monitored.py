"""What has moved in a window, in plain text."""

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


def monitored(found: Monitored) -> str:
    """Say what has moved and how badly, what was not judged, and where to look."""
    report = found.report
    if report is None:
        return (
            f"Run {safe(found.outcome.run.run_id)} was {found.outcome.run.status.value}.\n"
            f"Try again: automl monitor {safe(found.name)}"
        )
    version = f", version {report.version}" if report.version else ""
    lines = [
        f"{safe(found.name)}: {report.severity.value}, judged in {seconds(found.outcome.wall_s)}.",
        f"  {safe(report.summary)}",
        f"  model      {safe(report.model)}{version}",
        f"  window     {_at(report.window_start)} to {_at(report.window_end)}",
        f"  rows       {report.n_rows:,}",
    ]
    lines += [*_performance(report), *_traffic(report), *_table(report), *_quality(report)]
    lines += [f"No {one.section}: {safe(one.why)}" for one in report.skipped]
    lines += [
        "",
        f"  notebook   {safe(found.outcome.notebook)}",
        f"  report     {safe(found.path)}",
    ]
    if report.evidently is not None:
        lines.append(f"  evidently  {safe(found.outcome.notebook.with_name(report.evidently))}")
    return "\n".join(lines)


def told(notices: Sequence[Notice]) -> list[str]:
    """Say which alerts went out."""
    lines = [f"  told       {safe(one.title)}" for one in notices]
    if notices:
        lines.append(f"What fires: automl alerts {safe(notices[0].deployment)}")
    return lines


def in_a_line(found: Monitored) -> str:
    """Say what has moved in one line, for a watch that goes on."""
    if found.report is None:
        return f"{safe(found.name)}: the run was {found.outcome.run.status.value}."
    report = found.report
    at = _at(report.window_end)
    return f"{at}  {safe(found.name)}: {report.severity.value}. {safe(report.summary)}"


def _performance(report: DriftReport) -> list[str]:
    lines = []
    if (one := report.performance) is not None and one.current is not None:
        release = f", {score_text(one.release)} at release" if one.release is not None else ""
        lines.append(
            f"  {safe(one.metric, 9):<9}  {score_text(one.current)}{release} "
            f"({one.severity.value}; {one.labelled:,} outcomes)"
        )
    if (calibration := report.calibration) is not None and calibration.ece is not None:
        lines.append(
            f"  ECE        {number(calibration.ece)}, {number(calibration.ece_release)} at release "
            f"({calibration.severity.value})"
        )
    return lines


def _traffic(report: DriftReport) -> list[str]:
    if (one := report.traffic) is None:
        return []
    slow = f"95 of 100 in {number(one.latency_ms_p95)} ms ({one.severity.value})"
    asked = f"{one.requests:,.0f} requests, {one.error_rate_pct:.2g} % failed"
    return [f"  traffic    {asked}, {slow}"]


def _table(report: DriftReport) -> list[str]:
    found = [("(prediction)", report.prediction)] if report.prediction is not None else []
    found += [(one.column, one) for one in report.features[:MOST_COLUMNS]]
    if not found:
        return []
    rows = [
        (
            safe(name, 40),
            one.severity.value,
            number(one.psi),
            p_text(one.p_adjusted),
            f"{one.rows:,}",
            _words(one),
        )
        for name, one in found
    ]
    heads = ("Column", "Verdict", "PSI", "p adjusted", "Rows", "")
    more = len(report.features) - MOST_COLUMNS
    after = [f"… and {more:,} columns that have moved less"] if more > 0 else []
    return ["", text_table(heads, rows, right=(2, 3, 4)), *after, ""]


def _words(one: ColumnDrift) -> str:
    """Return the shift of a column, or why it wasn't checked. The numbers are in the table."""
    if one.severity is DriftSeverity.OK:
        return ""
    if SHIFT in one.why:
        return one.why.rpartition(SHIFT)[2]
    return one.why.rpartition("; ")[2]  # reports of version 0.1


def _quality(report: DriftReport) -> list[str]:
    return [
        f"{one.severity.value}: {safe(one.why)}" for one in report.quality if one.severity.alarms
    ]


def _at(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
