"""Drift of each input column from the training data."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.numbers import format_percent, format_value
from automl_magic.display.section_cell import SectionResult
from automl_magic.display.text_table import TextTable
from automl_magic.monitor import draw
from automl_magic.monitor.compare.categories import compare_categories
from automl_magic.monitor.compare.column_comparison import ColumnComparison
from automl_magic.monitor.compare.numeric import compare_numbers
from automl_magic.monitor.compare.verdict import judge_columns
from automl_magic.monitor.formatting import SEVERITY_LABELS, format_p_value, quote_name
from automl_magic.monitor.section import MonitorPart, MonitorSection
from automl_magic.monitor.window_analysis import WindowAnalysis
from automl_magic.records import ColumnKind
from automl_magic.records.monitoring.drift import ColumnDrift, DriftSeverity, Histogram
from automl_magic.records.monitoring.reference import ColumnReference, NumericDistribution

MAX_CHARTS, MAX_LISTED, MAX_HISTOGRAMS = 6, 20, 30
METHOD = (
    "A column raises an alert if its population stability index (PSI), minus its expected value, "
    "reaches the threshold and its tests are significant. The tests are chi-square on the PSI "
    "bins, Kolmogorov-Smirnov for numbers and Fisher's exact test for rare categories, with Holm's "
    "correction for all columns."
)


SECTION = MonitorSection(
    name="features",
    part=MonitorPart.INPUTS,
    position=2,
    alpha_share=0.5,
)


@SECTION.cell
def features(analysis: WindowAnalysis, /) -> SectionResult:
    """Compare the values of each input column with its reference."""
    analysis.check_enough_rows()
    comparisons: list[tuple[ColumnReference, ColumnComparison]] = []
    drifts: dict[str, ColumnDrift] = {}
    for column in analysis.reference.columns:
        outcome = compare_column(analysis, column)
        if isinstance(outcome, ColumnComparison):
            comparisons.append((column, outcome))
        else:
            drifts[column.name] = _unjudged(analysis, column, outcome)
    severities = judge_columns(
        [comparison for _, comparison in comparisons],
        analysis.thresholds,
        analysis.alpha(SECTION.alpha_share),
    )
    for (column, comparison), (severity, p) in zip(comparisons, severities, strict=True):
        drifts[column.name] = _drift(analysis, column, comparison, (severity, p), len(comparisons))
    ranked = sorted(drifts.values(), key=lambda drift: (-drift.severity.rank, -(drift.psi or 0.0)))
    section = tuple(
        drift if rank < MAX_HISTOGRAMS else dataclasses.replace(drift, histogram=None)
        for rank, drift in enumerate(ranked)
    )
    return section, _show(analysis, section)


def compare_column(analysis: WindowAnalysis, column: ColumnReference) -> ColumnComparison | str:
    """Compare a column with its reference. Return the reason as text if that's not possible."""
    if column.name not in analysis.window.table:
        return "No row of the window has this column."
    if column.personal or column.name in analysis.window.hidden_columns:
        return "Its values are personal: the log keeps at most a hash of them."
    if column.distribution is None:
        return "The training data has no values in this column."
    contents = analysis.contents(column.name)
    n, min_rows = len(contents.rows), analysis.thresholds.min_rows
    if n < min_rows:
        return f"Too few values: {n:,}. A test needs {min_rows:,}."
    weights = analysis.weights[contents.rows]
    n_reference = analysis.reference.rows * (1 - column.missing - column.unread)
    if isinstance(column.distribution, NumericDistribution):
        assert contents.numbers is not None
        return compare_numbers(column.distribution, n_reference, contents.numbers, weights)
    assert contents.texts is not None
    return compare_categories(column.distribution, n_reference, contents.texts, weights)


def _drift(
    analysis: WindowAnalysis,
    column: ColumnReference,
    comparison: ColumnComparison,
    verdict: tuple[DriftSeverity, float],
    n_columns: int,
) -> ColumnDrift:
    severity, p = verdict
    shift = f"{describe_shift(analysis, column, comparison)}."
    why = (
        f"{quote_name(column.name)}: PSI {comparison.psi:.3f}, p {format_p_value(p)} adjusted for "
        f"{n_columns:,} columns. Shift: {shift}"
    )
    if severity.raises_alert and _advances_with_time(analysis, column):
        severity = DriftSeverity.OK
        why = f"{quote_name(column.name)}: dates advance with time, so most are new."
    return ColumnDrift(
        column=column.name,
        kind=column.kind,
        severity=severity,
        rows=comparison.rows,
        effective_rows=round(comparison.effective_rows, 1),
        psi=round(comparison.psi, 6),
        p_adjusted=p,
        statistics=comparison.statistics,
        why=why,
        shift=shift,
        histogram=comparison.histogram,
    )


def _unjudged(analysis: WindowAnalysis, column: ColumnReference, why: str) -> ColumnDrift:
    is_in_window = column.name in analysis.window.table
    return ColumnDrift(
        column=column.name,
        kind=column.kind,
        severity=DriftSeverity.UNJUDGED,
        rows=len(analysis.contents(column.name).rows) if is_in_window else 0,
        effective_rows=0.0,
        why=why,
    )


def _advances_with_time(analysis: WindowAnalysis, column: ColumnReference) -> bool:
    """Return whether most dates of a column are after all dates of the training data."""
    if column.kind is not ColumnKind.DATE or column.high is None:
        return False
    numbers = analysis.contents(column.name).numbers
    return numbers is not None and float(np.mean(numbers > column.high)) > 0.5


def describe_shift(
    analysis: WindowAnalysis, column: ColumnReference, comparison: ColumnComparison
) -> str:
    """Describe the shift of a column: of its mean, or of the bin that changed most."""
    if isinstance(column.distribution, NumericDistribution) and column.kind is ColumnKind.NUMBER:
        contents = analysis.contents(column.name)
        assert contents.numbers is not None
        mean = np.average(contents.numbers, weights=analysis.weights[contents.rows])
        now = format_value(float(mean))
        return f"the mean changed from {format_value(column.distribution.mean)} to {now}"
    return largest_shift(comparison.histogram)


def largest_shift(histogram: Histogram) -> str:
    """Describe the change of the bin that changed most."""
    gaps = np.abs(np.subtract(histogram.current, histogram.reference))
    index = int(np.argmax(gaps))
    was, now = histogram.reference[index], histogram.current[index]
    return (
        f"{quote_name(histogram.bins[index], 40)} changed from {format_percent(was)} to "
        f"{format_percent(now)} of rows"
    )


def _show(analysis: WindowAnalysis, drifts: Sequence[ColumnDrift]) -> CellOutput:
    alarming = [drift for drift in drifts if drift.severity.raises_alert]
    unjudged = sum(drift.severity is DriftSeverity.UNJUDGED for drift in drifts)
    listed = drifts[:MAX_LISTED]
    charted = [drift for drift in drifts if drift.histogram is not None][:MAX_CHARTS]
    picture = None
    if charted:
        titles = [
            (f"{drift.column}: PSI {drift.psi:.3f}", drift.histogram)
            for drift in charted
            if drift.histogram is not None
        ]
        names = ", ".join(f"{quote_name(drift.column)} (PSI {drift.psi:.3f})" for drift in charted)
        picture = draw.histograms(
            titles, f"Share of rows per bin, in the training data and in the window: {names}."
        )
    notes = [
        f"{len(alarming):,} of {len(drifts) - unjudged:,} columns have drifted."
        + (f" {unjudged:,} couldn't be checked." if unjudged else ""),
        *(drift.why for drift in alarming[:MAX_CHARTS]),
        analysis.window.sampling,
        METHOD,
    ]
    return CellOutput(figure=picture, tables=[drift_table(listed, len(drifts))], notes=notes)


def drift_table(drifts: Sequence[ColumnDrift], n: int) -> TextTable:
    """Return the drift statistics of the columns as a table."""
    more = f" (top {len(drifts):,} of {n:,})" if n > len(drifts) else ""
    return TextTable(
        f"Drift by column{more}",
        ("Column", "Verdict", "PSI", "p adjusted", "Jensen-Shannon", "Rows"),
        [
            (
                drift.column,
                SEVERITY_LABELS[drift.severity],
                format_value(drift.psi),
                format_p_value(drift.p_adjusted),
                format_value(_statistic(drift, "jensen_shannon")),
                f"{drift.rows:,}",
            )
            for drift in drifts
        ],
        frozenset({2, 3, 4, 5}),
    )


def _statistic(drift: ColumnDrift, name: str) -> float | None:
    return next((test.value for test in drift.statistics if test.name == name), None)
