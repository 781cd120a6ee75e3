"""Calibration of the probabilities, compared with the release."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import chdtrc

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.numbers import format_value
from automl_magic.display.section_cell import SectionResult, SectionSkipped
from automl_magic.display.text_table import TextTable
from automl_magic.monitor import draw
from automl_magic.monitor.formatting import SEVERITY_LABELS, format_p_value
from automl_magic.monitor.measures.shares import effective_rows
from automl_magic.monitor.section import MonitorPart, MonitorSection
from automl_magic.monitor.window_analysis import WindowAnalysis
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.monitoring.drift import CalibrationDrift, DriftSeverity
from automl_magic.records.monitoring.reference import ConfidenceBin

METHOD = (
    "The rows are binned by probability, with the bins of the release. In each bin, the gap "
    "between observed and predicted share is compared with the gap at release. The sum of the "
    "squared standardized differences has a chi-square distribution (one degree of freedom per "
    "bin). An alert also needs the expected calibration error (ECE) to grow by the threshold."
)


SECTION = MonitorSection(
    name="calibration",
    part=MonitorPart.TRUTH,
    position=2,
    requirement="has_probabilities",
    reason="Regression models have no probabilities to calibrate.",
    alpha_share=0.1,
)


@SECTION.cell
def calibration(analysis: WindowAnalysis, /) -> SectionResult:
    """Compare the calibration of the probabilities with the release."""
    reference = analysis.reference.prediction
    if reference is None or not reference.calibration:
        raise SectionSkipped("The model's reference has no calibration.")
    rows, y_true = analysis.labelled
    if analysis.n_outcomes == 0:
        raise SectionSkipped(
            "There are no outcomes yet. Report outcomes by prediction_id as they come in."
        )
    min_rows = analysis.thresholds.min_rows
    if len(rows) < min_rows:
        why = f"Too few rows: {len(rows):,} rows have an outcome. A test needs {min_rows:,}."
        why = " ".join(filter(None, (why, analysis.unread_outcomes)))
        unjudged = CalibrationDrift(severity=DriftSeverity.UNJUDGED, labelled=len(rows), why=why)
        return unjudged, CellOutput(notes=(why,))
    predicted, weights = analysis.window.predictions[rows], analysis.window.weights[rows]
    has_two_classes = predicted.shape[1] == 2
    confidence = predicted[:, 1] if has_two_classes else predicted.max(axis=1)
    is_correct = (y_true == 1) if has_two_classes else predicted.argmax(axis=1) == y_true
    bin_indices = np.searchsorted(reference.cuts, confidence, side="left")
    current = calibration_bins(
        bin_indices, confidence, is_correct.astype(np.float64), weights, len(reference.cuts)
    )
    pairs = _pair_bins(reference.calibration, current, reference.cuts)
    statistic, p_value = calibration_test(pairs)
    before, now = ece(reference.calibration), ece(current)
    grown, thresholds = now - before, analysis.thresholds
    severity = DriftSeverity.OK
    if p_value < analysis.alpha(SECTION.alpha_share) and grown >= thresholds.ece_warning:
        is_critical = grown >= thresholds.ece_critical
        severity = DriftSeverity.CRITICAL if is_critical else DriftSeverity.WARNING
    drift = CalibrationDrift(
        severity=severity,
        ece_release=round(before, 6),
        ece=round(now, 6),
        statistic=statistic,
        p_value=p_value,
        labelled=len(rows),
        cuts=reference.cuts,
        release=reference.calibration,
        current=tuple(current),
        why=f"The expected calibration error (ECE) is {now:.3f} on {len(rows):,} rows. At release "
        f"it was {before:.3f}. p {format_p_value(p_value)}.",
    )
    return drift, _show(drift)


def calibration_bins(
    bin_indices: Array, confidence: Floats, is_correct: Floats, weights: Floats, last: int
) -> list[ConfidenceBin]:
    """Return the predicted and observed share of each non-empty bin.

    `rows` of a bin is its effective number of rows, rounded.

    Parameters
    ----------
    bin_indices : array of int of shape (n_rows,)
        Bin of each row.
    confidence, is_correct, weights : arrays of shape (n_rows,)
    last : int
        Number of the last bin.
    """
    bins = []
    for index in range(last + 1):
        mask = bin_indices == index
        if mask.any():
            w = weights[mask]
            bins.append(
                ConfidenceBin(
                    rows=max(1, round(effective_rows(w))),
                    predicted=float(np.average(confidence[mask], weights=w)),
                    observed=float(np.average(is_correct[mask], weights=w)),
                )
            )
    return bins


def ece(bins: Sequence[ConfidenceBin]) -> float:
    """Return the expected calibration error: the mean gap of the bins, weighted by their rows.

    Naeini, Cooper & Hauskrecht, AAAI 2015. The expected gap of a bin of n rows by chance,
    √(2p(1 - p)/(πn)), is subtracted, so that few rows don't look badly calibrated.
    """
    rows = np.array([bin_.rows for bin_ in bins], dtype=np.float64)
    predicted = np.array([bin_.predicted for bin_ in bins])
    gaps = np.abs(np.array([bin_.observed for bin_ in bins]) - predicted)
    by_chance = np.sqrt(2 * predicted * (1 - predicted) / (np.pi * rows))
    return float(max(0.0, np.sum(rows * (gaps - by_chance)) / rows.sum()))


def calibration_test(pairs: Sequence[tuple[ConfidenceBin, ConfidenceBin]]) -> tuple[float, float]:
    """Return the statistic over pairs of bins (release, window) and its p-value.

    Each term is the squared difference of the two gaps between observed and predicted share,
    divided by its variance. Half a row is added so that no variance is 0.
    """
    total = 0.0
    for release, current in pairs:
        gap = (current.observed - current.predicted) - (release.observed - release.predicted)
        total += gap * gap / (_variance(release) + _variance(current))
    return total, float(chdtrc(len(pairs), total)) if pairs else 1.0


def _variance(bin_: ConfidenceBin) -> float:
    # Use the larger of predicted and observed share, so that an observed share of 0 isn't certain.
    share = (bin_.rows * max(bin_.predicted, bin_.observed) + 0.5) / (bin_.rows + 1)
    return max(share * (1 - share), bin_.predicted * (1 - bin_.predicted)) / bin_.rows


def _pair_bins(
    release: Sequence[ConfidenceBin], current: Sequence[ConfidenceBin], cuts: Sequence[float]
) -> list[tuple[ConfidenceBin, ConfidenceBin]]:
    """Pair the bins at release with the current ones, matched by mean prediction."""
    release_by_index = {
        int(np.searchsorted(cuts, bin_.predicted, side="left")): bin_ for bin_ in release
    }
    pairs = []
    for bin_ in current:
        before = release_by_index.get(int(np.searchsorted(cuts, bin_.predicted, side="left")))
        if before is not None:
            pairs.append((before, bin_))
    return pairs


def _show(drift: CalibrationDrift) -> CellOutput:
    rows = [
        (format_value(bin_.predicted), format_value(bin_.observed), f"{bin_.rows:,}")
        for bin_ in drift.current
    ]
    before = [
        (format_value(bin_.predicted), format_value(bin_.observed), f"{bin_.rows:,}")
        for bin_ in drift.release
    ]
    headings, right_aligned = ("Predicted", "Observed", "Rows"), frozenset({0, 1, 2})
    summary = [
        ("verdict", SEVERITY_LABELS[drift.severity]),
        ("ECE at release", format_value(drift.ece_release)),
        ("ECE in the window", format_value(drift.ece)),
        ("p", format_p_value(drift.p_value)),
    ]
    return CellOutput(
        figure=_draw(drift),
        tables=[TextTable("Calibration against the release", ("", ""), summary)],
        folded=[
            TextTable("Calibration in the window", headings, rows, right_aligned),
            TextTable("Calibration at release", headings, before, right_aligned),
        ],
        notes=[drift.why, METHOD],
    )


def _draw(drift: CalibrationDrift) -> PngFigure:
    figure, (ax,) = draw.panels(1, height=3.2)
    ax.plot([0, 1], [0, 1], color="#6a737d", linewidth=0.8, linestyle=":")
    for bins, colour, style, label in (
        (drift.release, draw.REFERENCE, "s--", "at release"),
        (drift.current, draw.CURRENT, "o-", "window"),
    ):
        ax.plot(
            [bin_.predicted for bin_ in bins],
            [bin_.observed for bin_ in bins],
            style,
            color=colour,
            markersize=4,
            label=label,
        )
    ax.set(xlabel="predicted", ylabel="observed")
    ax.legend(fontsize=7)
    description = ", ".join(
        f"predicted {bin_.predicted:.2f}, observed {bin_.observed:.2f}" for bin_ in drift.current
    )
    return PngFigure.of(
        figure, f"Observed shares by predicted share. In the window: {description}."
    )
