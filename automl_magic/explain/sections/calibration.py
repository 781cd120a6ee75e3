"""Calibration: how well predicted probabilities match observed frequencies."""

from __future__ import annotations

import numpy as np

from automl_magic.display.cell_output import CellOutput
from automl_magic.display.figures import PngFigure
from automl_magic.display.section_cell import SectionResult, SectionSkipped
from automl_magic.display.text_table import TextTable
from automl_magic.explain import plotting
from automl_magic.explain.explainer import Explainer
from automl_magic.explain.formatting import format_measure, round_number
from automl_magic.explain.intervals import RESAMPLES, bootstrap, spread, wilson_interval
from automl_magic.explain.section import (
    ExplainPart,
    ExplainSection,
    TaskRequirement,
    unseen_metadata,
)
from automl_magic.recipe.values import Array, Floats
from automl_magic.records.explanations.evaluation import Calibration, CalibrationBin, Measure
from automl_magic.tasks.splits import Rows

MAX_BINS, ROWS_PER_BIN, MIN_ROWS = 15, 50, 50
METHOD = (
    "Expected calibration error over bins with equal numbers of rows (Naeini, Cooper & Hauskrecht, "
    "AAAI 2015), each with Wilson's interval; Brier score (1950). 95% bootstrap intervals."
)
UPWARD = "On few rows, the expected calibration error is above 0 even for perfect probabilities."


SECTION = ExplainSection(
    record=Calibration,
    part=ExplainPart.TRUST,
    position=4,
    requirements=(
        TaskRequirement("has_probabilities", "A regression has no probabilities to calibrate."),
    ),
)


@SECTION.cell
def calibration(explainer: Explainer, /) -> SectionResult:
    """Compare predicted probabilities with observed frequencies.

    For two classes, uses the probability of the positive class. For more, uses the probability of
    the predicted class (confidence).
    """
    unseen = explainer.unseen
    if len(unseen.y) < MIN_ROWS:
        raise SectionSkipped(f"{len(unseen.y)} rows aren't enough: a bin needs {MIN_ROWS}.")
    if explainer.has_two_classes:
        confidence, is_correct = unseen.predicted[:, 1], (unseen.y == 1).astype(float)
        description = f"the probability of {explainer.label(1)}"
    else:
        confidence = unseen.predicted.max(axis=1)
        is_correct = (unseen.predicted.argmax(axis=1) == unseen.y).astype(float)
        description = "the probability of the predicted class"
    bin_of, n_bins = _bins(confidence)
    squares = _squares(unseen.y, unseen.predicted)
    section = Calibration(
        **unseen_metadata(explainer, METHOD, [UPWARD]),
        of=description,
        bins=_calibration_bins(confidence, is_correct, bin_of, n_bins),
        ece=_ece(confidence, is_correct, bin_of, n_bins, explainer.recipe.seed),
        brier=bootstrap(
            len(squares), lambda rows: float(squares[rows].mean()), seed=explainer.recipe.seed
        ),
        brier_of_shares=round_number(_baseline_brier(unseen.y, explainer.recipe.n_classes)),
    )
    return section, CellOutput(
        figure=_draw(section), tables=[_summary(section)], folded=[_bin_table(section)]
    )


def _bins(confidence: Floats) -> tuple[Rows, int]:
    """Return the bin of each row. Rows with equal probabilities share a bin."""
    n_bins = int(np.clip(len(confidence) // ROWS_PER_BIN, 1, MAX_BINS))
    edges = np.unique(np.quantile(confidence, np.linspace(0, 1, n_bins + 1)[1:-1]))
    bins = np.searchsorted(edges, confidence, side="right")
    _, dense = np.unique(bins, return_inverse=True)
    return dense, int(dense.max()) + 1


def _calibration_bins(
    confidence: Floats, is_correct: Array, bin_of: Rows, n_bins: int
) -> tuple[CalibrationBin, ...]:
    bins = []
    for index in range(n_bins):
        mask = bin_of == index
        share = wilson_interval(float(is_correct[mask].sum()), int(mask.sum()))
        assert share.value is not None
        assert share.low is not None
        assert share.high is not None
        bins.append(
            CalibrationBin(
                low=round_number(confidence[mask].min()),
                high=round_number(confidence[mask].max()),
                rows=int(mask.sum()),
                predicted=round_number(confidence[mask].mean()),
                observed=share.value,
                observed_low=share.low,
                observed_high=share.high,
            )
        )
    return tuple(bins)


def _ece(confidence: Floats, is_correct: Array, bin_of: Rows, n_bins: int, seed: int) -> Measure:
    """Return Σ bin rows / rows · |mean predicted - mean observed|, with an interval."""
    differences = confidence - is_correct

    def measure(rows: Rows) -> float:
        return float(np.abs(np.bincount(bin_of[rows], differences[rows], n_bins)).sum() / len(rows))

    random = np.random.default_rng(seed)
    n = len(differences)
    resampled = [measure(random.integers(0, n, n)) for _ in range(RESAMPLES)]
    # Resampling biases an absolute value upwards: subtract the shift of the median.
    value = measure(np.arange(n))
    shift = float(np.median(resampled)) - value
    return spread(value, np.maximum(0.0, np.array(resampled) - max(0.0, shift)))


def _squares(y: Array, predicted: Floats) -> Floats:
    """Return each row's Brier score: (p - y)² for two classes, or else Σ (p_k - y_k)²."""
    if predicted.shape[1] == 2:
        return (predicted[:, 1] - (y == 1)) ** 2
    return ((predicted - np.eye(predicted.shape[1])[y]) ** 2).sum(axis=1)


def _baseline_brier(y: Array, n_classes: int) -> float:
    shares = np.bincount(y, minlength=n_classes) / len(y)
    return float(_squares(y, np.tile(shares, (len(y), 1))).mean())


def _draw(section: Calibration) -> PngFigure:
    figure, (ax,) = plotting.panels(1, width=5.4, height=4.2)
    x = [bin_.predicted for bin_ in section.bins]
    y = np.array([bin_.observed for bin_ in section.bins])
    low = y - [bin_.observed_low for bin_ in section.bins]
    high = np.array([bin_.observed_high for bin_ in section.bins]) - y
    ax.plot([0, 1], [0, 1], color=plotting.FAINT, linewidth=0.8, linestyle=":", label="perfect")
    ax.errorbar(
        x,
        y,
        yerr=np.maximum(0.0, np.array([low, high])),
        color=plotting.COLOURS[0],
        marker="o",
        markersize=4,
        capsize=2,
        label="observed, with 95% interval",
    )
    ax.set(xlabel="predicted probability", ylabel="observed frequency", title="Calibration")
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.legend(fontsize=8, loc="upper left")
    outside = [
        bin_
        for bin_ in section.bins
        if not bin_.observed_low <= bin_.predicted <= bin_.observed_high
    ]
    worst = max(section.bins, key=lambda bin_: abs(bin_.predicted - bin_.observed))
    return PngFigure.of(
        figure,
        f"Calibration of {section.of}: in {len(section.bins) - len(outside)} of "
        f"{len(section.bins)} bins, the prediction is inside the interval of the observed "
        f"frequency. Largest difference: {worst.predicted:.3f} predicted, {worst.observed:.3f} "
        "observed.",
    )


def _summary(section: Calibration) -> TextTable:
    return TextTable(
        f"Calibration of {section.of}",
        ("Measure", "Value"),
        [
            ("Expected calibration error", format_measure(section.ece)),
            ("Brier score", format_measure(section.brier)),
            ("Brier score of the class frequencies", f"{section.brier_of_shares:.4g}"),
        ],
        frozenset({1}),
    )


def _bin_table(section: Calibration) -> TextTable:
    return TextTable(
        "Predicted and observed",
        ("From", "To", "Rows", "Predicted", "Observed", "Low (95%)", "High (95%)"),
        [
            (
                f"{bin_.low:.3f}",
                f"{bin_.high:.3f}",
                f"{bin_.rows:,}",
                f"{bin_.predicted:.3f}",
                f"{bin_.observed:.3f}",
                f"{bin_.observed_low:.3f}",
                f"{bin_.observed_high:.3f}",
            )
            for bin_ in section.bins
        ],
        frozenset(range(7)),
    )
