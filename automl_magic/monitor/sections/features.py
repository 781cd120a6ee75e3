"""Drift of each input column from the training data."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from automl_magic.look.cell_output import CellOutput
from automl_magic.look.numbers import format_percent, format_value
from automl_magic.look.section_cell import SectionResult
from automl_magic.look.text_table import TextTable
from automl_magic.monitor import draw
from automl_magic.monitor.compare.compared import Compared
from automl_magic.monitor.compare.levels import compare_levels
from automl_magic.monitor.compare.numbers import compare_numbers
from automl_magic.monitor.compare.verdict import verdicts
from automl_magic.monitor.section import MonitorSection, Part
from automl_magic.monitor.watch import Watch
from automl_magic.monitor.words import MARKS, SHIFT, name_of, p_text
from automl_magic.records import ColumnKind
from automl_magic.records.monitoring.drift import ColumnDrift, DriftSeverity, Histogram
from automl_magic.records.monitoring.reference import ColumnReference, Numbers

MOST_DRAWN, MOST_LISTED, MOST_KEPT = 6, 20, 30
METHOD = (
    "A column raises an alert if its population stability index (PSI), minus its expected value, "
    "reaches the threshold and its tests are significant. The tests are chi-square on the PSI "
    "bins, Kolmogorov-Smirnov for numbers and Fisher's exact test for rare categories, with Holm's "
    "correction for all columns."
)


SECTION = MonitorSection(
    name="features",
    part=Part.INPUTS,
    place=2,
    alpha_share=0.5,
)


@SECTION.cell
def features(watch: Watch, /) -> SectionResult:
    """Compare the values of each input column with its reference."""
    watch.check_enough()
    judged: list[tuple[ColumnReference, Compared]] = []
    found: dict[str, ColumnDrift] = {}
    for column in watch.reference.columns:
        outcome = compare_column(watch, column)
        if isinstance(outcome, Compared):
            judged.append((column, outcome))
        else:
            found[column.name] = _unjudged(watch, column, outcome)
    severities = verdicts(
        [one for _, one in judged], watch.thresholds, watch.alpha(SECTION.alpha_share)
    )
    for (column, one), (severity, p) in zip(judged, severities, strict=True):
        why = _why(watch, column, one, p, len(judged))
        found[column.name] = _drift(watch, column, one, (severity, p, why))
    ranked = sorted(found.values(), key=lambda one: (-one.severity.rank, -(one.psi or 0.0)))
    kept = tuple(
        one if place < MOST_KEPT else dataclasses.replace(one, histogram=None)
        for place, one in enumerate(ranked)
    )
    return kept, _shown(watch, kept)


def compare_column(watch: Watch, column: ColumnReference) -> Compared | str:
    """Compare a column with its reference. Return the reason as text if that's not possible."""
    if column.name not in watch.window.table:
        return "No row of the window has this column."
    if column.personal or column.name in watch.window.hidden:
        return "Its values are personal: the log keeps at most a hash of them."
    if column.seen is None:
        return "The training data has no values in this column."
    contents = watch.contents(column.name)
    n, least = len(contents.rows), watch.thresholds.min_rows
    if n < least:
        return f"Too few values: {n:,}. A test needs {least:,}."
    weights = watch.weights[contents.rows]
    n_reference = watch.reference.rows * (1 - column.missing - column.unread)
    if isinstance(column.seen, Numbers):
        assert contents.numbers is not None
        return compare_numbers(column.seen, n_reference, contents.numbers, weights)
    assert contents.texts is not None
    return compare_levels(column.seen, n_reference, contents.texts, weights)


def _drift(
    watch: Watch,
    column: ColumnReference,
    one: Compared,
    verdict: tuple[DriftSeverity, float, str],
) -> ColumnDrift:
    severity, p, why = verdict
    if severity.alarms and _moves_with_the_clock(watch, column):
        severity = DriftSeverity.OK
        why = f"{name_of(column.name)}: dates advance with time, most are after the training data."
    return ColumnDrift(
        column=column.name,
        kind=column.kind,
        severity=severity,
        rows=one.rows,
        effective_rows=round(one.effective_rows, 1),
        psi=round(one.psi, 6),
        p_adjusted=p,
        statistics=one.statistics,
        why=why,
        histogram=one.histogram,
    )


def _unjudged(watch: Watch, column: ColumnReference, why: str) -> ColumnDrift:
    is_there = column.name in watch.window.table
    return ColumnDrift(
        column=column.name,
        kind=column.kind,
        severity=DriftSeverity.UNJUDGED,
        rows=len(watch.contents(column.name).rows) if is_there else 0,
        effective_rows=0.0,
        why=why,
    )


def _moves_with_the_clock(watch: Watch, column: ColumnReference) -> bool:
    """Return whether most dates of a column are after all dates of the training data."""
    if column.kind is not ColumnKind.DATE or column.high is None:
        return False
    numbers = watch.contents(column.name).numbers
    return numbers is not None and float(np.mean(numbers > column.high)) > 0.5


def _why(watch: Watch, column: ColumnReference, one: Compared, p: float, n_columns: int) -> str:
    moved = f"PSI {one.psi:.3f}, p {p_text(p)} adjusted for {n_columns:,} columns"
    return f"{name_of(column.name)}: {moved}. {SHIFT}{in_words(watch, column, one)}."


def in_words(watch: Watch, column: ColumnReference, one: Compared) -> str:
    """Describe the shift of a column: of its mean, or of the bin that changed most."""
    if isinstance(column.seen, Numbers) and column.kind is ColumnKind.NUMBER:
        contents = watch.contents(column.name)
        assert contents.numbers is not None
        mean = np.average(contents.numbers, weights=watch.weights[contents.rows])
        now = format_value(float(mean))
        return f"the mean changed from {format_value(column.seen.mean)} to {now}"
    return moved_most(one.histogram)


def moved_most(histogram: Histogram) -> str:
    """Describe the change of the bin that changed most."""
    gaps = np.abs(np.subtract(histogram.current, histogram.reference))
    most = int(np.argmax(gaps))
    was, now = histogram.reference[most], histogram.current[most]
    return (
        f"{name_of(histogram.bins[most], 40)} changed from {format_percent(was)} to "
        f"{format_percent(now)} of rows"
    )


def _shown(watch: Watch, found: Sequence[ColumnDrift]) -> CellOutput:
    alarming = [one for one in found if one.severity.alarms]
    unjudged = sum(one.severity is DriftSeverity.UNJUDGED for one in found)
    listed = found[:MOST_LISTED]
    drawn = [one for one in found if one.histogram is not None][:MOST_DRAWN]
    picture = None
    if drawn:
        titles = [
            (f"{one.column}: PSI {one.psi:.3f}", one.histogram)
            for one in drawn
            if one.histogram is not None
        ]
        names = ", ".join(f"{name_of(one.column)} (PSI {one.psi:.3f})" for one in drawn)
        picture = draw.histograms(
            titles, f"Share of rows per bin, in the training data and in the window: {names}."
        )
    said = [
        f"{len(alarming):,} of {len(found) - unjudged:,} columns have drifted."
        + (f" {unjudged:,} couldn't be checked." if unjudged else ""),
        *(one.why for one in alarming[:MOST_DRAWN]),
        watch.window.sampling,
        METHOD,
    ]
    return CellOutput(picture=picture, tables=[table_of_drift(listed, len(found))], said=said)


def table_of_drift(found: Sequence[ColumnDrift], n: int) -> TextTable:
    """Return the drift statistics of the columns as a table."""
    more = f" (top {len(found):,} of {n:,})" if n > len(found) else ""
    return TextTable(
        f"Drift by column{more}",
        ("Column", "Verdict", "PSI", "p adjusted", "Jensen-Shannon", "Rows"),
        [
            (
                one.column,
                MARKS[one.severity],
                format_value(one.psi),
                p_text(one.p_adjusted),
                format_value(_value(one, "jensen_shannon")),
                f"{one.rows:,}",
            )
            for one in found
        ],
        frozenset({2, 3, 4, 5}),
    )


def _value(one: ColumnDrift, name: str) -> float | None:
    return next((test.value for test in one.statistics if test.name == name), None)
