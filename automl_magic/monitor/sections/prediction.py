"""Drift of the predictions from the holdout or out-of-fold predictions at release."""

from __future__ import annotations

from collections import Counter

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.numbers import format_value
from automl_magic.display.section_cell import SectionResult, SectionSkipped
from automl_magic.monitor import draw
from automl_magic.monitor.compare.categories import compare_categories
from automl_magic.monitor.compare.column_comparison import ColumnComparison
from automl_magic.monitor.compare.numeric import compare_numbers
from automl_magic.monitor.compare.verdict import judge_columns
from automl_magic.monitor.formatting import format_p_value, quote_name
from automl_magic.monitor.section import MonitorPart, MonitorSection
from automl_magic.monitor.sections.features import drift_table, largest_shift
from automl_magic.monitor.window_analysis import WindowAnalysis
from automl_magic.recipe.values import Floats, category_text
from automl_magic.records.monitoring.drift import ColumnDrift
from automl_magic.tasks import metrics

METHOD = (
    "Compares the predictions in the window with predictions on unseen rows before the release, "
    "with the same tests as for the columns. It doesn't need outcomes, so it warns first."
)


SECTION = MonitorSection(
    name="prediction",
    part=MonitorPart.INPUTS,
    position=1,
    alpha_share=0.1,
)


@SECTION.cell
def prediction(analysis: WindowAnalysis, /) -> SectionResult:
    """Compare the predictions of the window with those on unseen rows at release."""
    reference = analysis.reference.prediction
    if reference is None:
        raise SectionSkipped("The model's reference has no predictions.")
    if analysis.lacks_values:
        raise SectionSkipped(analysis.too_few_reason or "")
    positions = np.flatnonzero(analysis.has_prediction)
    min_rows = analysis.thresholds.min_rows
    if len(positions) < min_rows:
        raise SectionSkipped(
            f"Too few rows: {len(positions):,} have a prediction. A test needs {min_rows:,}."
        )
    weights, predicted = analysis.window.weights[positions], analysis.window.predictions[positions]
    if reference.output is not None:
        output = predicted if predicted.ndim == 1 else predicted[:, 1]
        comparison = compare_numbers(reference.output, reference.rows, output, weights)
        mean = float(np.average(output, weights=weights))
        was = format_value(reference.output.mean)
        shift = f"the mean changed from {was} to {format_value(mean)}"
    elif reference.classes is not None:
        labels = [
            category_text(analysis.recipe.classes[code]) or "" for code in predicted.argmax(axis=1)
        ]
        comparison = compare_categories(reference.classes, reference.rows, labels, weights)
        shift = largest_shift(comparison.histogram)
    else:
        raise SectionSkipped("The model's reference has no predictions.")
    drift = _drift(analysis, comparison, shift)
    picture = draw.histograms(
        [(f"{drift.column}: PSI {drift.psi:.3f}", comparison.histogram)],
        f"Share of predictions per bin, before the release and in the window: {shift}.",
    )
    notes = [drift.why, _distribution_text(analysis, predicted), METHOD]
    return drift, CellOutput(figure=picture, tables=[drift_table([drift], 1)], notes=notes)


def _drift(analysis: WindowAnalysis, comparison: ColumnComparison, shift: str) -> ColumnDrift:
    alpha = analysis.alpha(SECTION.alpha_share)
    ((severity, p),) = judge_columns([comparison], analysis.thresholds, alpha)
    subject = quote_name(analysis.recipe.target)
    return ColumnDrift(
        column=analysis.recipe.target,
        severity=severity,
        rows=comparison.rows,
        effective_rows=round(comparison.effective_rows, 1),
        psi=round(comparison.psi, 6),
        p_adjusted=p,
        statistics=comparison.statistics,
        why=f"Predictions of {subject}: PSI {comparison.psi:.3f}, p "
        f"{format_p_value(p)}. Shift: {shift}.",
        shift=f"{shift}.",
        histogram=comparison.histogram,
    )


def _distribution_text(analysis: WindowAnalysis, predicted: Floats) -> str:
    if not analysis.recipe.task.has_classes:
        low, middle, high = np.quantile(predicted, [0.05, 0.5, 0.95])
        return f"The median is {middle:.4g}. 90% of values are between {low:.4g} and {high:.4g}."
    codes = metrics.predicted_codes(predicted, analysis.monitored_model.fitted.threshold)
    counts = Counter(category_text(analysis.recipe.classes[code]) for code in codes)
    shares = ", ".join(
        f"{quote_name(str(label), 40)} {n / len(codes):.1%}" for label, n in counts.most_common(5)
    )
    return f"Predicted labels: {shares}."
