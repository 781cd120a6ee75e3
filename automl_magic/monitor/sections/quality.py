"""Data quality: missing, new, out-of-range and unreadable values and outcomes, and columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.numbers import format_percent
from automl_magic.display.section_cell import SectionResult
from automl_magic.display.text import printable
from automl_magic.display.text_table import TextTable
from automl_magic.monitor.formatting import SEVERITY_LABELS, format_p_value, quote_name
from automl_magic.monitor.measures.fisher_exact import fisher_greater
from automl_magic.monitor.measures.multiple_testing import holm
from automl_magic.monitor.measures.range_test import out_of_range_p_value
from automl_magic.monitor.measures.shares import effective_rows
from automl_magic.monitor.section import MonitorPart, MonitorSection
from automl_magic.monitor.window_analysis import WindowAnalysis
from automl_magic.recipe.values import Array, Floats, category_text
from automl_magic.records import ColumnKind
from automl_magic.records.monitoring.drift import DriftSeverity, QualityFinding
from automl_magic.records.monitoring.reference import CategoricalDistribution, ColumnReference

MAX_EXAMPLES, MAX_EXAMPLE_LENGTH, MAX_UNEXPECTED, MAX_LISTED = 5, 40, 20, 30
METHOD = (
    "A share raises an alert if it exceeds the share in the training data by the threshold and is "
    "statistically significant. The test is Fisher's exact test, or a beta-binomial test for "
    "values outside the training range. Holm's correction covers all tests of this cell."
)


@dataclass(frozen=True)
class QualityIssue:
    """Share of a column's rows with a quality problem, before the correction for all tests."""

    column: str
    problem: str
    share: float
    reference: float
    p_value: float
    examples: tuple[str, ...] = ()


SECTION = MonitorSection(
    name="quality",
    part=MonitorPart.INPUTS,
    position=3,
    alpha_share=0.2,
)


@SECTION.cell
def quality(analysis: WindowAnalysis, /) -> SectionResult:
    """Check for values and columns that the training data didn't have."""
    analysis.check_enough_rows()
    problems = [
        problem
        for column in analysis.reference.columns
        if column.name in analysis.window.table
        for problem in column_issues(analysis, column)
    ]
    adjusted = holm([problem.p_value for problem in problems])
    checked = [
        _judge(analysis, problem, float(p)) for problem, p in zip(problems, adjusted, strict=True)
    ]
    findings = [
        *_missing_columns(analysis),
        *_unread_outcomes(analysis),
        *(finding for finding in checked if finding.severity.raises_alert),
        *_unexpected_columns(analysis),
    ]
    ranked = tuple(sorted(findings, key=lambda finding: (-finding.severity.rank, -finding.share)))
    return ranked, _show(ranked, len(problems))


def column_issues(analysis: WindowAnalysis, column: ColumnReference) -> list[QualityIssue]:
    """Return the share of each possible problem in a column, with its p-value."""
    contents, rows = analysis.contents(column.name), analysis.reference.rows
    is_hidden = column.personal or column.name in analysis.window.hidden_columns
    n = effective_rows(analysis.weights)

    def issue(name: str, mask: Array, share: float) -> QualityIssue:
        window_share = float(np.average(mask, weights=analysis.weights))
        p_value = fisher_greater(window_share * n, n, share * rows, rows)
        return QualityIssue(column.name, name, window_share, share, p_value)

    issues = [issue("missing", contents.missing, column.missing)]
    if is_hidden:
        return issues
    issues.append(issue("unreadable", contents.unread, column.unread))
    if len(contents.rows) == 0:
        return issues
    weights = analysis.weights[contents.rows]
    n_values = rows * (1 - column.missing - column.unread)
    if contents.numbers is not None and column.kind is ColumnKind.NUMBER:
        issues += _out_of_range(column, contents.numbers, weights, n_values)
    if (
        contents.texts is not None
        and isinstance(column.distribution, CategoricalDistribution)
        and column.distribution.are_all
    ):
        issues.append(_new_levels(column, column.distribution, contents.texts, weights, n_values))
    return issues


def _out_of_range(
    column: ColumnReference, numbers: Floats, weights: Floats, n_values: float
) -> list[QualityIssue]:
    if column.low is None or column.high is None:
        return []
    outside = (numbers < column.low) | (numbers > column.high)
    share, n = float(np.average(outside, weights=weights)), effective_rows(weights)
    extremes = np.unique(numbers[outside])[[0, -1]] if outside.any() else np.empty(0)
    examples = tuple(dict.fromkeys(f"{value:.6g}" for value in extremes))
    return [
        QualityIssue(
            column.name,
            "out_of_range",
            share,
            min(1.0, 2 / (n_values + 1)),
            out_of_range_p_value(share * n, n, n_values),
            examples,
        )
    ]


def _new_levels(
    column: ColumnReference,
    reference: CategoricalDistribution,
    texts: Sequence[str],
    weights: Floats,
    n_values: float,
) -> QualityIssue:
    levels = set(reference.levels)
    is_new = np.fromiter((text not in levels for text in texts), bool, count=len(texts))
    share, n = float(np.average(is_new, weights=weights)), effective_rows(weights)
    counts = Counter(text for text in texts if text not in levels)
    # Good-Turing estimate: categories with one row predict the share of new categories.
    return QualityIssue(
        column.name,
        "new_category",
        share,
        reference.n_once / n_values,
        fisher_greater(share * n, n, reference.n_once, n_values),
        tuple(printable(text, MAX_EXAMPLE_LENGTH) for text, _ in counts.most_common(MAX_EXAMPLES)),
    )


def _judge(analysis: WindowAnalysis, problem: QualityIssue, p: float) -> QualityFinding:
    thresholds = analysis.thresholds
    low, high = (
        (thresholds.missing_warning, thresholds.missing_critical)
        if problem.problem == "missing"
        else (thresholds.outside_warning, thresholds.outside_critical)
    )
    excess = problem.share - problem.reference
    severity = DriftSeverity.OK
    if p < analysis.alpha(SECTION.alpha_share) and excess >= low:
        severity = DriftSeverity.CRITICAL if excess >= high else DriftSeverity.WARNING
    examples = f", such as {', '.join(map(repr, problem.examples))}" if problem.examples else ""
    return QualityFinding(
        column=problem.column,
        problem=problem.problem,
        severity=severity,
        share=round(problem.share, 6),
        reference=round(problem.reference, 6),
        p_adjusted=p,
        examples=problem.examples,
        why=f"{quote_name(problem.column)}: {format_percent(problem.share)} of the rows "
        f"{_DESCRIPTIONS[problem.problem]}{examples} "
        f"({format_percent(problem.reference)} in training).",
    )


_DESCRIPTIONS = {
    "missing": "have no value",
    "unreadable": "have a value of the wrong type",
    "new_category": "have a new category",
    "out_of_range": "are outside the training range",
}


def _missing_columns(analysis: WindowAnalysis) -> list[QualityFinding]:
    return [
        QualityFinding(
            column=name,
            problem="absent",
            severity=DriftSeverity.CRITICAL,
            share=1.0,
            reference=0.0,
            why=f"{quote_name(name)}: this input column of the model is missing in the window.",
        )
        for name in analysis.columns
        if name not in analysis.window.table and name not in analysis.window.hidden_columns
    ]


def _unread_outcomes(analysis: WindowAnalysis) -> list[QualityFinding]:
    """Return the finding that outcomes aren't classes of the model, or numbers."""
    if (why := analysis.unread_outcomes) is None:
        return []
    share = len(analysis.unread_rows) / analysis.n_outcomes
    thresholds, severity = analysis.thresholds, DriftSeverity.OK
    if share >= thresholds.outside_warning:
        is_critical = share >= thresholds.outside_critical
        severity = DriftSeverity.CRITICAL if is_critical else DriftSeverity.WARNING
    target = analysis.recipe.target
    return [
        QualityFinding(
            column=target,
            problem="unreadable",
            severity=severity,
            share=round(share, 6),
            reference=0.0,
            why=f"{quote_name(target)}: {why}",
        )
    ]


def _unexpected_columns(analysis: WindowAnalysis) -> list[QualityFinding]:
    expected = {*analysis.columns, analysis.recipe.target, *analysis.recipe.columns}
    unexpected = [name for name in analysis.window.table if name not in expected][:MAX_UNEXPECTED]
    return [
        QualityFinding(
            column=str(name),
            problem="unexpected",
            severity=DriftSeverity.OK,
            share=1.0,
            reference=0.0,
            why=f"{quote_name(str(name))}: the model doesn't use this column.",
        )
        for name in unexpected
        if category_text(name) is not None
    ]


def _show(findings: Sequence[QualityFinding], n_tests: int) -> CellOutput:
    alarming = [finding for finding in findings if finding.severity.raises_alert]
    rows = [
        (
            finding.column,
            SEVERITY_LABELS[finding.severity],
            finding.problem.replace("_", " "),
            format_percent(finding.share),
            format_percent(finding.reference),
            format_p_value(finding.p_adjusted),
            ", ".join(finding.examples),
        )
        for finding in findings[:MAX_LISTED]
    ]
    headings = ("Column", "Verdict", "Problem", "Share", "In training", "p adjusted", "Examples")
    right_aligned = frozenset({3, 4, 5})
    tables = [TextTable("Data quality problems", headings, rows, right_aligned)] if rows else []
    notes = [f"{len(alarming):,} problems found in {n_tests:,} tests.", METHOD]
    return CellOutput(tables=tables, notes=notes)
