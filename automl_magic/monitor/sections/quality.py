"""Data quality: missing, new, out-of-range and unreadable values, missing and extra columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from automl_magic.look.cell_output import CellOutput
from automl_magic.look.numbers import format_percent
from automl_magic.look.section_cell import SectionResult
from automl_magic.look.text import safe
from automl_magic.look.text_table import TextTable
from automl_magic.monitor.measures.beyond import beyond_range
from automl_magic.monitor.measures.families import holm
from automl_magic.monitor.measures.proportions import more_often
from automl_magic.monitor.measures.shares import effective_rows
from automl_magic.monitor.section import MonitorSection, Part
from automl_magic.monitor.watch import Watch
from automl_magic.monitor.words import MARKS, name_of, p_text
from automl_magic.recipe.values import Array, Floats, text_of
from automl_magic.records import ColumnKind
from automl_magic.records.monitoring.drift import DriftSeverity, QualityFinding
from automl_magic.records.monitoring.reference import ColumnReference, Levels

MOST_EXAMPLES, LONGEST_EXAMPLE, MOST_UNEXPECTED, MOST_LISTED = 5, 40, 20, 30
METHOD = (
    "A share raises an alert if it exceeds the share in the training data by the threshold and is "
    "statistically significant. The test is Fisher's exact test, or a beta-binomial test for "
    "values outside the training range, with Holm's correction for all tests of this cell."
)


@dataclass(frozen=True)
class Problem:
    """Share of a column's rows with a quality problem, before the correction for all tests."""

    column: str
    problem: str
    share: float
    reference: float
    p_value: float
    examples: tuple[str, ...] = ()


SECTION = MonitorSection(
    name="quality",
    part=Part.INPUTS,
    place=3,
    alpha_share=0.2,
)


@SECTION.cell
def quality(watch: Watch, /) -> SectionResult:
    """Check for values and columns that the training data didn't have."""
    watch.check_enough()
    problems = [
        problem
        for column in watch.reference.columns
        if column.name in watch.window.table
        for problem in problems_of(watch, column)
    ]
    adjusted = holm([problem.p_value for problem in problems])
    judged = [
        _judged(watch, problem, float(p)) for problem, p in zip(problems, adjusted, strict=True)
    ]
    found = [*_absent(watch), *(one for one in judged if one.severity.alarms), *_unexpected(watch)]
    ranked = tuple(sorted(found, key=lambda one: (-one.severity.rank, -one.share)))
    return ranked, _shown(ranked, len(problems))


def problems_of(watch: Watch, column: ColumnReference) -> list[Problem]:
    """Return the share of each possible problem in a column, with its p-value."""
    contents, rows = watch.contents(column.name), watch.reference.rows
    is_hidden = column.personal or column.name in watch.window.hidden
    n = effective_rows(watch.weights)

    def often(name: str, mask: Array, share: float) -> Problem:
        here = float(np.average(mask, weights=watch.weights))
        p_value = more_often(here * n, n, share * rows, rows)
        return Problem(column.name, name, here, share, p_value)

    found = [often("missing", contents.missing, column.missing)]
    if is_hidden:
        return found
    found.append(often("unreadable", contents.unread, column.unread))
    if len(contents.rows) == 0:
        return found
    weights = watch.weights[contents.rows]
    known = rows * (1 - column.missing - column.unread)
    if contents.numbers is not None and column.kind is ColumnKind.NUMBER:
        found += _out_of_range(column, contents.numbers, weights, known)
    if contents.texts is not None and isinstance(column.seen, Levels) and column.seen.are_all:
        found.append(_new_levels(column, column.seen, contents.texts, weights, known))
    return found


def _out_of_range(
    column: ColumnReference, numbers: Floats, weights: Floats, known: float
) -> list[Problem]:
    if column.low is None or column.high is None:
        return []
    outside = (numbers < column.low) | (numbers > column.high)
    share, n = float(np.average(outside, weights=weights)), effective_rows(weights)
    extremes = np.unique(numbers[outside])[[0, -1]] if outside.any() else np.empty(0)
    examples = tuple(dict.fromkeys(f"{value:.6g}" for value in extremes))
    return [
        Problem(
            column.name,
            "out_of_range",
            share,
            min(1.0, 2 / (known + 1)),
            beyond_range(share * n, n, known),
            examples,
        )
    ]


def _new_levels(
    column: ColumnReference, seen: Levels, texts: Sequence[str], weights: Floats, known: float
) -> Problem:
    levels = set(seen.levels)
    new = np.fromiter((text not in levels for text in texts), bool, count=len(texts))
    share, n = float(np.average(new, weights=weights)), effective_rows(weights)
    counts = Counter(text for text, is_new in zip(texts, new, strict=True) if is_new)
    # Good-Turing estimate: categories with one row predict the share of new categories.
    return Problem(
        column.name,
        "new_category",
        share,
        seen.n_once / known,
        more_often(share * n, n, seen.n_once, known),
        tuple(safe(text, LONGEST_EXAMPLE) for text, _ in counts.most_common(MOST_EXAMPLES)),
    )


def _judged(watch: Watch, problem: Problem, p: float) -> QualityFinding:
    at = watch.thresholds
    low, high = (
        (at.missing_warning, at.missing_critical)
        if problem.problem == "missing"
        else (at.outside_warning, at.outside_critical)
    )
    excess = problem.share - problem.reference
    severity = DriftSeverity.OK
    if p < watch.alpha(SECTION.alpha_share) and excess >= low:
        severity = DriftSeverity.CRITICAL if excess >= high else DriftSeverity.WARNING
    like = f", such as {', '.join(map(repr, problem.examples))}" if problem.examples else ""
    return QualityFinding(
        column=problem.column,
        problem=problem.problem,
        severity=severity,
        share=round(problem.share, 6),
        reference=round(problem.reference, 6),
        p_adjusted=p,
        examples=problem.examples,
        why=f"{name_of(problem.column)}: {format_percent(problem.share)} of the rows "
        f"{_SAYS[problem.problem]}{like} ({format_percent(problem.reference)} in training).",
    )


_SAYS = {
    "missing": "have no value",
    "unreadable": "have a value of the wrong type",
    "new_category": "have a new category",
    "out_of_range": "are outside the training range",
}


def _absent(watch: Watch) -> list[QualityFinding]:
    return [
        QualityFinding(
            column=name,
            problem="absent",
            severity=DriftSeverity.CRITICAL,
            share=1.0,
            reference=0.0,
            why=f"{name_of(name)}: this input column of the model is missing in the window.",
        )
        for name in watch.columns
        if name not in watch.window.table and name not in watch.window.hidden
    ]


def _unexpected(watch: Watch) -> list[QualityFinding]:
    known = {*watch.columns, watch.recipe.target, *watch.recipe.columns}
    unknown = [name for name in watch.window.table if name not in known][:MOST_UNEXPECTED]
    return [
        QualityFinding(
            column=str(name),
            problem="unexpected",
            severity=DriftSeverity.OK,
            share=1.0,
            reference=0.0,
            why=f"{name_of(str(name))}: the model doesn't use this column.",
        )
        for name in unknown
        if text_of(name) is not None
    ]


def _shown(found: Sequence[QualityFinding], n_tests: int) -> CellOutput:
    alarming = [one for one in found if one.severity.alarms]
    rows = [
        (
            one.column,
            MARKS[one.severity],
            one.problem.replace("_", " "),
            format_percent(one.share),
            format_percent(one.reference),
            p_text(one.p_adjusted),
            ", ".join(one.examples),
        )
        for one in found[:MOST_LISTED]
    ]
    heads = ("Column", "Verdict", "Problem", "Share", "In training", "p adjusted", "Examples")
    right = frozenset({3, 4, 5})
    tables = [TextTable("Data quality problems", heads, rows, right)] if rows else []
    said = [f"{len(alarming):,} problems found in {n_tests:,} tests.", METHOD]
    return CellOutput(tables=tables, said=said)
